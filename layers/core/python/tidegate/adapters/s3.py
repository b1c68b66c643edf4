"""The bucket of produced files: private, reached through URLs that nobody can guess."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, Any, Final, Literal

from botocore.exceptions import BotoCoreError, ClientError

from tidegate.adapters.http_errors import BodyTooLarge, ResponseLost, UnexpectedStatus

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

PRESIGNED_FOR_S: Final = 300
_PIECE_BYTES: Final = 1_048_576
_OK: Final = 200
_MAX_DELETED: Final = 1_000  # DeleteObjects takes no more (S3 API reference)
_FILENAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def public_url(base_url: str, key: str) -> str:
    """Return the URL that callers get: it stays valid as long as the file does."""
    return f"{base_url}/outputs/{key}"


class OutputStore:
    """Writes, signs and deletes. Signing makes no AWS call."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def look(self) -> None:
        """Ask whether the bucket is there.

        Raises:
            ClientError, BotoCoreError: it is not, or does not say.
        """
        self._client.head_bucket(Bucket=self._bucket)

    def put(self, key: str, file: IO[bytes], content_type: str, size: int) -> None:
        """Store a file of ``size`` bytes, read from its start. A key is never written twice."""
        file.seek(0)
        self._client.put_object(
            Bucket=self._bucket,
            Key=key,
            Body=file,
            ContentType=content_type,
            ContentLength=size,
            CacheControl="private, max-age=31536000, immutable",
        )

    def read(self, key: str, into: IO[bytes], max_bytes: int) -> int:
        """Copy a file that a provider wrote into the bucket; return its size in bytes.

        Raises:
            UnexpectedStatus: S3 does not give it, for instance because there is none.
            BodyTooLarge: it has more than ``max_bytes``.
            ResponseLost: it did not arrive whole.
        """
        try:
            found = self._client.get_object(Bucket=self._bucket, Key=key)
            if found["ContentLength"] > max_bytes:
                raise BodyTooLarge(f"the file has {found['ContentLength']} bytes", _OK)
            for piece in found["Body"].iter_chunks(_PIECE_BYTES):
                into.write(piece)
        except ClientError as error:
            raise UnexpectedStatus(error.response["ResponseMetadata"]["HTTPStatusCode"]) from error
        except BotoCoreError as error:
            raise ResponseLost(str(error)) from error
        return found["ContentLength"]

    def fetch(self, key: str, span: tuple[int, int] | None = None) -> bytes:
        """Return a file, or its bytes from the first to the last of ``span``.

        Raises:
            UnexpectedStatus: S3 does not give it, for instance because there is none.
            ResponseLost: it did not arrive whole.
        """
        wanted: dict[str, Any] = {"Range": f"bytes={span[0]}-{span[1]}"} if span else {}
        try:
            return self._client.get_object(Bucket=self._bucket, Key=key, **wanted)["Body"].read()
        except ClientError as error:
            raise UnexpectedStatus(error.response["ResponseMetadata"]["HTTPStatusCode"]) from error
        except BotoCoreError as error:
            raise ResponseLost(str(error)) from error

    def copy(self, source: str, key: str) -> None:
        """Copy a file within the bucket; copying it again changes nothing."""
        self._client.copy_object(
            Bucket=self._bucket, Key=key, CopySource={"Bucket": self._bucket, "Key": source}
        )

    def presign_upload(self, key: str, content_type: str, size: int, expires_s: int) -> str:
        """Return a short-lived URL for one PUT of exactly this size and type: the signature covers both."""
        params: dict[str, Any] = {
            "Bucket": self._bucket,
            "Key": key,
            "ContentType": content_type,
            "ContentLength": size,
        }
        return self._client.generate_presigned_url("put_object", Params=params, ExpiresIn=expires_s)

    def presign(
        self,
        key: str,
        method: Literal["GET", "HEAD"],
        expires_s: int = PRESIGNED_FOR_S,
        filename: str | None = None,
    ) -> str:
        """Return a short-lived S3 URL for one method.

        Args:
            key: of a file that exists; signing does not check.
            method: ``GET`` or ``HEAD``; the signature covers it.
            expires_s: seconds; the signing role's own session may end sooner.
            filename: makes browsers save it under this name. Letters, digits, dots, dashes, underscores.

        Raises:
            ValueError: the file name holds anything else.
        """
        params: dict[str, Any] = {"Bucket": self._bucket, "Key": key}
        if filename is not None:
            if not _FILENAME.fullmatch(filename):
                raise ValueError("the file name holds characters that a header should not carry")
            params["ResponseContentDisposition"] = f'attachment; filename="{filename}"'
        operation = "head_object" if method == "HEAD" else "get_object"
        return self._client.generate_presigned_url(operation, Params=params, ExpiresIn=expires_s)

    def delete(self, keys: Sequence[str]) -> None:
        """Delete files; deleting what is not there is no error.

        Raises:
            ClientError: a file is still there.
        """
        for start in range(0, len(keys), _MAX_DELETED):
            batch = keys[start : start + _MAX_DELETED]
            answer = self._client.delete_objects(
                Bucket=self._bucket, Delete={"Objects": [{"Key": key} for key in batch], "Quiet": True}
            )
            if refused := answer.get("Errors"):  # S3 answers 200 all the same
                code, message = refused[0].get("Code", ""), refused[0].get("Message", "")
                raise ClientError({"Error": {"Code": code, "Message": message}}, "DeleteObjects")

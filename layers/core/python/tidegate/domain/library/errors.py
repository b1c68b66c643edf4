"""What can go wrong with a library."""

from __future__ import annotations

from tidegate.domain.errors import InvalidInput, TidegateError


class ProjectKeyRequired(TidegateError):
    """A master key has no project."""

    code = "project_key_required"


class MasterKeyRequired(TidegateError):
    """A project's key administers nothing."""

    code = "master_key_required"


class BootstrapClosed(TidegateError):
    """The first master key was made already, or the operator did not ask for one to be made this way."""

    code = "bootstrap_closed"


class KeyNotFound(TidegateError):
    """The account has no such key of this surface."""

    code = "key_not_found"


class OrganizationNotFound(TidegateError):
    """No such organization, or another account's."""

    code = "organization_not_found"


class ProjectNotFound(TidegateError):
    """No such project, or another account's."""

    code = "project_not_found"


class FlowNotFound(TidegateError):
    """No such flow in this project, or one that nobody can see yet."""

    code = "flow_not_found"

    def __init__(self) -> None:
        super().__init__("Flow not found")


class ImageNotFound(TidegateError):
    """No such image in this project, or no alias that leads to one."""

    code = "image_not_found"

    def __init__(self) -> None:
        super().__init__("Image not found")


class LibraryGenerationNotFound(TidegateError):
    """No such generation in this project."""

    code = "library_generation_not_found"

    def __init__(self) -> None:
        super().__init__("Generation not found")


class AliasNotFound(TidegateError):
    """The flow has no such alias."""

    code = "alias_not_found"

    def __init__(self) -> None:
        super().__init__("Alias not found")


class AliasTaken(TidegateError):
    """Another image of the project has this alias, or will have it."""

    code = "alias_taken"

    def __init__(self) -> None:
        super().__init__("Alias already exists")


class SlugTaken(TidegateError):
    """There is an organization, or a project in the organization, of this name for URLs."""

    code = "slug_taken"


class FileTooLarge(InvalidInput):
    """An upload over 5 MB."""

    code = "upload_too_large"

    def __init__(self) -> None:
        super().__init__("File too large", field="file")

"""Who is called what: resolving names in their three tiers, giving them and taking them away."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from tidegate.adapters.dynamodb.codec import Item
from tidegate.adapters.dynamodb.library.table import LibraryTable
from tidegate.adapters.dynamodb.transaction import ConditionsFailed, StillInConflict
from tidegate.domain.errors import ServiceUnavailable
from tidegate.domain.library.aliases import Technical, Tier
from tidegate.domain.library.errors import AliasTaken, FlowNotFound, ImageNotFound
from tidegate.domain.library.records import Image, Source

_TRIES: Final = 8  # one image, or one alias, seldom has so many writers at once


@dataclass(frozen=True, slots=True)
class Resolution:
    """What an alias stands for, and in which tier it was found."""

    alias: str
    image: Image
    tier: Tier
    flow_id: str | None


def resolve(library: LibraryTable, project_id: str, alias: str, flow_id: str | None = None) -> Resolution:
    """Find what an alias stands for: technical before flow before project. Deleted images never count.

    Raises:
        FlowNotFound: there is no such flow to look in.
        ImageNotFound: the alias stands for nothing.
    """
    if alias in tuple(Technical):
        image = _technical(library, project_id, Technical(alias), flow_id)
        return Resolution(alias, _kept(image), Tier.TECHNICAL, flow_id)
    if flow_id is not None:
        image = _named_in_flow(library, project_id, alias, flow_id)
        if image is not None:
            return Resolution(alias, image, Tier.FLOW, flow_id)
    holder = library.aliases.holder(project_id, alias)
    image = library.images.get(project_id, holder) if holder else None
    return Resolution(alias, _kept(image), Tier.PROJECT, flow_id)


def assign(
    library: LibraryTable, image: Image, alias: str | None, *, account_id: str, moves: bool, now_ms: int
) -> Image:
    """Call an image so, or nothing any more; what it was called before becomes free.

    Args:
        library: the tables.
        image: as it was read.
        alias: its new name, None to take its name away.
        account_id: who owns the project, which says what happens to names that are taken.
        moves: whether the caller wants a name that is taken to move here, whatever the project says.
        now_ms: the time.

    Raises:
        AliasTaken: another image has the alias.
        ImageNotFound: the image went meanwhile.
        ServiceUnavailable: others kept changing the same names; nothing was changed.
    """
    takes = moves
    for _ in range(_TRIES):
        if image.alias == alias:
            return image
        try:
            _rename(library, image, alias, now_ms, takes=takes)
        except (ConditionsFailed, StillInConflict):
            takes = takes or _may_take(library, image, alias, account_id)
        else:
            return replace(image, alias=alias, updated_at_ms=now_ms)
        image = _kept(library.images.get(image.project_id, image.image_id))
    raise ServiceUnavailable("The alias is being changed by others. Nothing was changed; try again.")


def taking(library: LibraryTable, project_id: str, alias: str, image_id: str, now_ms: int) -> list[Item]:
    """Return the actions of giving an alias to a new image, whoever has it now."""
    holder_id = library.aliases.holder(project_id, alias)
    if holder_id is None or holder_id == image_id:
        return [library.aliases.claim(project_id, alias, image_id)]
    holder = library.images.get(project_id, holder_id)
    if holder is not None and holder.alias == alias:
        moved = library.aliases.move(project_id, alias, image_id, holder_id, pending=False)
        return [moved, library.images.rename(holder, None, now_ms)]
    # Kept for an image that is to be. An image that had it when we read whose it is, and not any more when
    # we read the image, may have it again by now: then this condition fails, and all is read anew.
    return [library.aliases.move(project_id, alias, image_id, holder_id, pending=True)]


def may_move(library: LibraryTable, account_id: str, project_id: str) -> bool:
    """Whether the project wants an alias that is taken to move to whoever asks for it."""
    project = library.projects.get(account_id, project_id)
    return project is not None and project.moves_aliases


def _rename(library: LibraryTable, image: Image, alias: str | None, now_ms: int, *, takes: bool) -> None:
    """Change an image and its names at once: an alias that another image has goes from there to here."""
    aliases, project_id = library.aliases, image.project_id
    actions = [library.images.rename(image, alias, now_ms)]
    if alias is not None and takes:
        actions += taking(library, project_id, alias, image.image_id, now_ms)
    elif alias is not None:
        actions.append(aliases.claim(project_id, alias, image.image_id))
    if image.alias is not None:
        actions.append(aliases.free(project_id, image.alias, image.image_id))
    library.write(actions)


def _may_take(library: LibraryTable, image: Image, alias: str | None, account_id: str) -> bool:
    """Whether another image has the alias, and the project lets it move.

    Raises:
        AliasTaken: the project does not.
    """
    if alias is None or library.aliases.holder(image.project_id, alias) in {None, image.image_id}:
        return False
    if not may_move(library, account_id, image.project_id):
        raise AliasTaken
    return True


def _technical(library: LibraryTable, project_id: str, alias: Technical, flow_id: str | None) -> Image | None:
    if flow_id is not None and library.flows.get(project_id, flow_id) is None:
        raise FlowNotFound
    source = Source.UPLOADED if alias is Technical.UPLOAD else Source.GENERATED
    return library.images.first_or_last(
        project_id, source, flow_id=flow_id, newest=alias is not Technical.FIRST
    )


def _named_in_flow(library: LibraryTable, project_id: str, alias: str, flow_id: str) -> Image | None:
    flow = library.flows.get(project_id, flow_id)
    if flow is None:
        raise FlowNotFound
    image_id = flow.aliases.get(alias)
    image = library.images.get(project_id, image_id) if image_id else None
    return image if image is not None and image.deleted_at_ms is None else None


def _kept(image: Image | None) -> Image:
    if image is None or image.deleted_at_ms is not None:
        raise ImageNotFound
    return image

"""Which files below a folder are images, and which are left out, with the reason; nothing is decoded.

A file counts as an image by its suffix or, with any other suffix, by its first bytes.
"""

from __future__ import annotations

import os
import stat
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from explorer.base import ExplorerError, settings
from explorer.base.languages import _

SUFFIXES = {
    ".png", ".jpg", ".jpeg", ".jfif", ".mpo", ".webp", ".avif", ".bmp", ".gif", ".tif", ".tiff", ".ppm", ".pgm", ".pbm",
    ".jp2", ".j2k", ".tga", ".heic", ".heif",
}  # fmt: skip
SIGNATURES = (  # of images, at the beginning of the file
    b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*", b"\0\0\0\x0cjP  \r\n\x87\n",
    b"P4\n", b"P5\n", b"P6\n",
)  # fmt: skip
BOXED = ((8, b"WEBP"), (4, b"ftypavif"), (4, b"ftyphei"), (4, b"ftypmif1"))  # and at an offset
HEAD_BYTES = 16
TOOL_FOLDERS = {"__MACOSX", "__pycache__", "@eaDir", "$RECYCLE.BIN", "System Volume Information", "lost+found"}

HIDDEN = "hidden or made by a tool"
NO_IMAGE = "not an image"
FORBIDDEN = "not readable with these rights"
LEADS_OUT = "a link that leads out of the folder"
REPEATED = "a second name of what is read already"
BROKEN = "a link to nothing"


@dataclass(frozen=True)
class ImageFile:
    """A file that looks like an image: its path below the folder, its size in bytes and when it was changed."""

    path: Path
    size: int
    modified_ns: int


@dataclass(frozen=True)
class LeftOut:
    """A file or folder (with a slash at its end) that is no part of the data set, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Scan:
    """All that lies below a folder, images sorted by path."""

    folder: Path
    images: tuple[ImageFile, ...]
    left_out: tuple[LeftOut, ...]


def shown_path(path: Path) -> str:
    """The path as text that can be stored and shown; bytes that are no UTF-8 become replacement characters."""
    return os.fsencode(path).decode("utf-8", "replace")


def scan_folder(folder: Path) -> Scan:
    """Every image below ``folder``. Links are followed to what lies within it or, like it, within the data root.

    Raises ExplorerError where there is no such folder, or where it cannot be entered.
    """
    if not os.path.isdir(folder):  # unlike Path.is_dir, False for every path that cannot be read
        raise ExplorerError(
            _("There is no folder {folder}.").format(folder=folder), _("Give the path of a folder of images.")
        )
    walk = Walk(folder)
    walk.run()
    if walk.left_out[:1] == [LeftOut("./", FORBIDDEN)]:
        raise ExplorerError(
            _("The folder {folder} cannot be read.").format(folder=folder),
            _("Change its rights, or choose another folder."),
        )
    images = sorted(walk.images, key=lambda image: image.path)
    return Scan(folder, tuple(images), tuple(sorted(walk.left_out, key=lambda each: each.name)))


def link_roots(folder: Path) -> list[str]:
    """The folders that links may lead into: the scanned one and, where it lies there, the data root."""
    own, data = os.path.realpath(folder), os.path.realpath(settings().data)
    return [own, data] if is_within(own, data) else [own]


def is_within(path: str, root: str) -> bool:
    """Whether a real path is the root or lies below it."""
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


@dataclass
class Walk:
    """One pass over a folder: what really lies there first, then what links lead to, each file once."""

    folder: Path
    images: list[ImageFile] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    links: deque[Path] = field(default_factory=deque)  # relative, to be followed later
    seen: set[tuple[int, int]] = field(default_factory=set)  # device and inode of folders and images

    def run(self) -> None:
        """Fill ``images`` and ``left_out``."""
        self.tree(Path())
        roots = link_roots(self.folder)
        while self.links:
            self.follow(self.links.popleft(), roots)

    def tree(self, start: Path) -> None:
        """Look at everything in a folder and below; links are noted for later."""
        pending = [start]
        while pending:
            pending += self.folders_in(pending.pop())

    def folders_in(self, inside: Path) -> list[Path]:
        """Look at the entries of one folder; those of them that are folders to be looked into."""
        try:
            if not self.is_new((self.folder / inside).stat()):
                self.leave(inside, REPEATED)
                return []
            with os.scandir(self.folder / inside) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError:
            self.leave(inside, FORBIDDEN, "/")
            return []
        return [path for entry in entries if (path := self.folder_of(entry, inside)) is not None]

    def folder_of(self, entry: os.DirEntry[str], inside: Path) -> Path | None:
        """The path of an entry that is a folder to be looked into; a file is taken, a link noted."""
        path = inside / entry.name
        is_folder = entry.is_dir(follow_symlinks=False)
        if entry.name.startswith(".") or entry.name in TOOL_FOLDERS:
            self.leave(path, HIDDEN, "/" if is_folder else "")
        elif entry.is_symlink():
            self.links.append(path)
        elif is_folder:
            return path
        else:
            self.file(path)
        return None

    def file(self, path: Path) -> None:
        """Take a file that looks like an image."""
        whole = self.folder / path
        try:
            facts = whole.stat()
            if not stat.S_ISREG(facts.st_mode) or not looks_like_image(whole, facts.st_size):
                self.leave(path, NO_IMAGE)
            elif self.is_new(facts):
                self.images.append(ImageFile(path, facts.st_size, facts.st_mtime_ns))
            else:
                self.leave(path, REPEATED)
        except OSError:
            self.leave(path, FORBIDDEN)

    def follow(self, link: Path, roots: list[str]) -> None:
        """Take what a link leads to, if it lies within one of the ``roots``."""
        target = os.path.realpath(self.folder / link)
        if not any(is_within(target, root) for root in roots):
            self.leave(link, LEADS_OUT)
        elif os.path.isdir(target):
            self.tree(link)
        elif os.path.exists(target):
            self.file(link)
        else:
            self.leave(link, BROKEN)

    def is_new(self, facts: os.stat_result) -> bool:
        """Whether a file or folder was not met before, under this name or another."""
        identity = (facts.st_dev, facts.st_ino)
        new = identity not in self.seen or facts.st_ino == 0  # unknown on some network drives
        self.seen.add(identity)
        return new

    def leave(self, path: Path, reason: str, ending: str = "") -> None:
        """Note what is left out."""
        self.left_out.append(LeftOut(shown_path(path) + ending, reason))


def looks_like_image(path: Path, size: int) -> bool:
    """Whether a file has an image's suffix or begins like one; OSError where it cannot be read."""
    if path.suffix.lower() in SUFFIXES:
        return True
    if size < HEAD_BYTES:
        return False
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    return head.startswith(SIGNATURES) or any(head[at:].startswith(mark) for at, mark in BOXED)

"""Paragraphs and their links to quoted posts and references. Rule: a post is quoted where its signature stands.

The signature is what an embedded post leaves behind wherever it is copied: `— Name (@handle) April 1, 2022`. In plain
text the quoted words are those of the paragraph that ends in it; where an embed's own element is known, all of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from verify.records.media import Problem
from verify.records.stories import FoundAs, Quote, Reference
from verify.stories.addresses import Address, address, in_text, known_platform
from verify.stories.dates import in_words

MAX_REFERENCES = 500  # different addresses; a story with more is an archive, and is told so
MAX_QUOTES = 500
MAX_OTHERS = 200
MAX_QUOTE_TEXT = 4000
_CONTEXT = 240
_SIGNATURE = re.compile(
    r"(?<!\w)[—–―-]{1,3}\s{0,3}(?P<name>[^\n()（）]{0,80}?)\s{0,3}[(（](?P<handle>@[\w.\-]{1,60}(?:@[\w.\-]{1,80})?)[)）]"
    r"|A post shared by (?P<name2>[^\n()]{0,80}?)\s{0,3}\((?P<handle2>@[\w.]{1,60})\)"
)


@dataclass(kw_only=True)
class Pointer:
    """An address in a block: as written, how it was found, and at which character of the block's text."""

    url: str
    found_as: FoundAs
    at: int


@dataclass(kw_only=True)
class Block:
    """A paragraph, list item or embed. `embed` is True for the element of an embedded post; `own` is its address."""

    text: str = ""
    pointers: list[Pointer] = field(default_factory=list)
    embed: bool = False
    quotation: bool = False  # a <blockquote>: an embed only if it holds a post's address or signature
    own: str = ""


@dataclass(kw_only=True)
class Found:
    """What the blocks of a story came to."""

    quotes: list[Quote] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class Gathering:
    """Takes blocks in the order of the story; `found` is what they came to. `also` as in `addresses.address`."""

    def __init__(self, also: tuple[str, ...] = ()) -> None:
        self.also = also
        self.found = Found()
        self._by_key: dict[str, int] = {}
        self._quotes: dict[tuple[str, ...], int] = {}
        self._left_out = 0

    def add(self, block: Block) -> None:
        """Take the next block."""
        signatures = list(_SIGNATURE.finditer(block.text))
        if not signatures and (block.embed or block.quotation) and self._embed(block):
            return
        start = 0
        for number, hit in enumerate(signatures):
            last = number == len(signatures) - 1
            date, words = in_words(
                block.text[hit.end() : hit.end() + 60], "the date beside the quoted post in the story"
            )
            shift = block.text.find(words, hit.end()) + len(words) if words else hit.end()
            end = len(block.text) if last and (block.embed or block.quotation) else shift
            part = _part(block, start, end)
            quote = Quote(
                number=0,
                author=(hit["name"] or hit["name2"] or "").strip(),
                handle=hit["handle"] or hit["handle2"] or "",
                text=block.text[start : hit.start()].strip()[:MAX_QUOTE_TEXT],
                date=date,
                date_text=words,
            )
            self._quote(quote, part, block.own if len(signatures) == 1 else "")
            start = end
        rest = _part(block, start, len(block.text) + 1)
        for spot, way in self._addresses(rest):
            self._refer(spot, way, rest.text, 0)

    def end(self) -> Found:
        """Return what was found, with what was left out for the limits."""
        if self._left_out:
            words = f"{self._left_out} more links or quoted posts than {MAX_REFERENCES} were not taken in"
            self.found.problems.append(Problem(part="references", reason=words))
        return self.found

    def _embed(self, block: Block) -> bool:
        """Take an embedded post without a signature; False where it is only somebody's spoken words."""
        posts = [spot for spot, _ in self._addresses(block) if spot.post]
        own = address(block.own, self.also) if block.own else None
        if not (block.embed and posts) and not (own is not None and own.post):
            return False
        day, words = in_words(block.text[-60:], "the date beside the quoted post in the story")
        text = block.text.strip()[:MAX_QUOTE_TEXT]
        self._quote(Quote(number=0, author="", handle="", text=text, date=day, date_text=words), block, block.own)
        return True

    def _quote(self, quote: Quote, block: Block, own: str) -> None:
        spots = self._addresses(block)
        given = address(own, self.also) if own else None
        named = [spot for spot, _ in spots if spot.post and spot.post_id] or ([given] if given and given.post else [])
        mine = given if given and given.post else (named[-1] if named else None)
        if mine is not None and all(spot.key != mine.key for spot, _ in spots):
            spots.append((mine, "embed"))
        identity = (mine.key,) if mine else (quote.handle, " ".join(quote.text.split()), quote.date_text)
        if identity in self._quotes:
            number = self._quotes[identity]
        elif len(self.found.quotes) >= MAX_QUOTES:
            self._left_out += 1
            return
        else:
            number = self._quotes[identity] = len(self.found.quotes) + 1
            platform = known_platform(mine.url) if mine else None
            handle = quote.handle or (platform.author(mine.url) if platform and mine else "")
            url, after = mine.url if mine else "", len(self.found.references)
            self.found.quotes.append(replace(quote, number=number, url=url, handle=handle, after=after))
        numbers = [self._refer(spot, "quote" if spot is mine else way, block.text, number) for spot, way in spots]
        kept = self.found.quotes[number - 1]
        merged = tuple(dict.fromkeys([*kept.references, *(n for n in numbers if n)]))
        self.found.quotes[number - 1] = replace(kept, references=merged)

    def _addresses(self, block: Block) -> list[tuple[Address, FoundAs]]:
        spots: list[tuple[Address, FoundAs]] = []
        for pointer in block.pointers:
            spot = address(pointer.url, self.also)
            if spot is not None and (pointer.found_as in {"embed", "video"} and not spot.post):
                spot = replace(spot, post=True) if pointer.found_as == "video" or _plays(spot) else spot
            if spot is not None:
                spots.append((spot, pointer.found_as))
        linked = {spot.key for spot, _ in spots}
        for url in in_text(block.text):
            spot = address(url, self.also)
            if spot is not None and spot.key not in linked:
                spots.append((spot, "text"))
        return spots

    def _refer(self, spot: Address, way: FoundAs, text: str, quote: int) -> int:
        """Count one address and return its number; 0 for one that is no post or no longer fits."""
        if not spot.post:
            if len(self.found.others) < MAX_OTHERS and spot.url not in self.found.others:
                self.found.others.append(spot.url)
            return 0
        if spot.key in self._by_key:
            number = self._by_key[spot.key]
            kept = self.found.references[number - 1]
            self.found.references[number - 1] = replace(kept, times=kept.times + 1, quote=kept.quote or quote)
            return number
        if len(self.found.references) >= MAX_REFERENCES:
            self._left_out += 1
            return 0
        number = self._by_key[spot.key] = len(self.found.references) + 1
        context = " ".join(text.split())[:_CONTEXT]
        self.found.references.append(
            Reference(number=number, url=spot.url, key=spot.key, found_as=way, platform=spot.platform,
                      post_id=spot.post_id, quote=quote, context=context)
        )  # fmt: skip
        return number


def _plays(spot: Address) -> bool:
    """Return whether a frame of unknown origin names itself a player; other frames are adverts, maps and forms."""
    return re.search(r"/(?:embed|player|video|videos|post|status)(?:[/.?=_-]|$)", spot.url, re.IGNORECASE) is not None


def _part(block: Block, start: int, end: int) -> Block:
    if start == 0 and end >= len(block.text):
        return block
    pointers = [p for p in block.pointers if start <= p.at < end]
    return replace(block, text=block.text[start:end], pointers=pointers)

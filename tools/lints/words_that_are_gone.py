"""Words that were replaced do not come back: neither in the code and its documentation, nor on the portal's pages."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PAGES = re.compile(r"portal/src/.*\.(json|vue|ts)")
"""What the portal shows; the API's field names there are not ours to choose."""
CHINESE = re.compile(r"(portal/src|src)/.*\.(json|vue|ts|py|typ)|README\.zh-CN\.md")
ENGLISH = re.compile(r"portal/src/locales/en/.*\.json")
TEXTS = re.compile(r"(portal/src|src|docs|deploy|examples)/.*|[^/]*\.md|Makefile")
CODE = re.compile(r"(portal/(src|tests)|src|tests|benchmarks|docs|tools/generate)/.*|portal/README\.md")
OURS = re.compile(
    r"((src|tests|benchmarks|docs|tools|deploy|examples|portal/(src|tests))/.*|[^/]*\.md|Makefile)"
)
DOORS = re.compile(
    r"(?!src/pinegate/adapters/database/migrations/|src/pinegate/usecases/access/decision_events\.py"
    r"|tests/integration/database/test_migrate\.py)" + OURS.pattern
)
"""Where no door is: in 0.1.0 the register's column was called so, and the audit log's key still is."""

_NOT_OURS = re.compile(
    r"CHANGELOG\.md|portal/src/api/schema\.d\.ts|tests/golden/.*|src/pinegate/domain/regulation/.*"
    r"|docs/decisions/.*|tests/corpora/.*|tests/unit/tools/test_lints\.py|tools/lints/words_that_are_gone\.py"
)
"""History, generated text, the regulation's own wording, peers' bytes, and this lint with its examples."""


@dataclass(frozen=True, slots=True)
class Gone:
    """``word``: a regular expression. ``instead``: what to write. ``where``: the files that it is gone from."""

    word: str
    instead: str
    where: re.Pattern[str]


WORDS = (
    Gone("上级平台", "公安视频平台（下级平台）: who registers is the lower platform", PAGES),
    Gone("凭据", "收回回执, 接口密钥 or 播放许可", CHINESE),
    Gone(
        "(?<!资源)数据局|(?<!黄山)市数据资源管理局", "市数据资源局; the full name in agreements only", CHINESE
    ),
    Gone("租约", "已打开的画面将在 30 秒内停止", CHINESE),
    Gone("授权中心", "平台", CHINESE),
    Gone("点一下|点“", "点击", PAGES),
    Gone("开通未成", "开通失败", PAGES),
    Gone("变更落定", "变更已确认", PAGES),
    Gone("出具初审(?!意见)", "出具初审意见", PAGES),
    Gone("下达", "作出收回决定", PAGES),
    Gone("记录对接确定", "对接确认情况", PAGES),
    Gone("本人在用的登录", "当前登录会话", PAGES),
    Gone("路画面已停止", "已停止画面（路）", PAGES),
    Gone("社会面", "社会资源", CHINESE),
    Gone("已提名", "未承诺", PAGES),
    Gone("联系管理员|联系本单位", "a ContactBlock, which says whom to ask", PAGES),
    Gone("(?i)loosen the filters", "remove some filters", ENGLISH),
    Gone("(?i)account (is )?made", "created", ENGLISH),
    Gone("awaits you", "say what there is to do", ENGLISH),
    Gone("has moved", "status changed", ENGLISH),
    Gone("(?i)order again", "reissue work order", ENGLISH),
    Gone('(?i): "[^"]*upstream', "police platform (the lower one)", ENGLISH),
    Gone(r"\bmends?\b", "correct", TEXTS),
    Gone("DoorFrame", "AuthLayout", CODE),
    Gone("modules/live", "modules/access", CODE),
    Gone(
        r"((?<![a-z])d|D)oors?(?![a-z]|Frame)",
        "AccessChannel, HttpListener, MediaEventHandler or route",
        DOORS,
    ),
    Gone(r"((?<![a-z])j|J)udg(es?|ed|ing)(?![a-z])", "reevaluate, check or matches", OURS),
    Gone(r"((?<![a-z])v|V)erdicts?(?![a-z])", "decision", OURS),
    Gone(r"(?<![a-z])(strikes?|struck)(?![a-z])", "suspend, resume or revoke", OURS),
    Gone(r"(?<![a-z])([Pp]rogrammes?)(?![a-z])", "program", OURS),
    Gone(r"found_city|FoundCity|(?<![a-z])founding(?![a-z])|pinegate found\b", "pinegate init", OURS),
    Gone(r"straight_way", "sample_sharing", OURS),
    Gone(r"RESIDENTS|resident_of|(?<![a-z_])residents\.py", "people", OURS),
    Gone("hold_still", "lock_out_changes", OURS),
    Gone(r"\btold_of\b|TellViewers", "recipients_of, notify or NotifyViewers", OURS),
    Gone(r"do_once|ask_to_do|\bPermitted\b", "authorize_action and AuthorizedAction", OURS),
    Gone(r"write_consultation|move_paper|settle_sign_in", "the verb that its file is named for", OURS),
    Gone(
        r"\b(SessionEnds?|SessionHasEnded|EndedSession|EndedEvents)\b",
        "End or SessionEnded",
        OURS,
    ),
    Gone(r"\bStaleEditError\b", "StaleVersionError", OURS),
    Gone(r"\bUnknown(Point|Device)Error\b", "NotFoundError", OURS),
    Gone(r"\b[Pp]ersonnel(State)?\b", "person, PersonState", OURS),
    Gone(r"start_watching|access[./]watching", "open_play in access/operations.py", OURS),
)


def faults(name: str, text: str) -> Iterator[str]:
    """One line for each place in ``text`` (the file ``name``) that uses a word that is gone."""
    if _NOT_OURS.fullmatch(name):
        return
    for gone in WORDS:
        if not gone.where.fullmatch(name):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if found := re.search(gone.word, line):
                yield f"{name}:{number}: {found.group()} is gone; write {gone.instead}"


def main() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, check=True)
    found: list[str] = []
    for name in filter(None, listed.stdout.split("\0")):
        path = Path(name)
        if path.is_file():
            found += faults(name, path.read_bytes().decode("utf-8", errors="ignore"))
    sys.exit("\n".join(found) if found else 0)


if __name__ == "__main__":
    main()

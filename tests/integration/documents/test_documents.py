import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.factories.city_profile import HUANGSHAN
from tests.waiting import HANGS_SECONDS

from pinegate.adapters.documents.agreement import AgreementText, render_agreement
from pinegate.adapters.documents.application_form import (
    ApplicationForm,
    FormPerson,
    Opinion,
    render_application_form,
)
from pinegate.adapters.documents.point_list import PointLine
from pinegate.adapters.documents.revocation_receipt import (
    RevocationReceipt,
    RevocationStep,
    render_revocation_receipt,
)

SOURCE = next((Path(__file__).parents[2] / "golden").glob("黄山市*.txt")).read_text(encoding="utf-8")
SET_ON = date(2020, 6, 12)
PERSON = FormPerson("张三", "0559-2512345", "13905590001", "zhangsan@example.gov.cn")


def point(number: int) -> PointLine:
    return PointLine(
        f"3410020000132000{number:04d}", f"老街入口{number}", "前园北路23号", "屯溪区", "球机", ("实时预览",)
    )


FILLED = ApplicationForm(
    organization_name="黄山市文化和旅游局",
    organization_address="黄山市屯溪区前园北路23号",
    organization_nature="机关单位",
    information_system="黄山智慧文旅监测平台",
    responsible_person=PERSON,
    contact_person=PERSON,
    technical_contact=PERSON,
    purpose="用于节假日景区客流监测。",
    areas=("屯溪区黎阳镇", "屯溪区昱东街道"),
    categories=("道路交通", "背街小巷"),
    points=tuple(map(point, range(3))),
    police_opinion=Opinion("同意。", "赵六", date(2026, 11, 22)),
    number="HSSP-2026-0001",
    set_on=date(2026, 11, 22),
)


def form_of(form: ApplicationForm) -> bytes:
    return render_application_form(form, HUANGSHAN.application_form)


def text_of(pdf: bytes) -> str:
    """The text in the order in which it is printed, without white space."""
    done = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True, timeout=HANGS_SECONDS
    )
    return re.sub(r"[\s\u200b]", "", done.stdout.decode())


def pages_of(pdf: bytes) -> int:
    done = subprocess.run(["pdfinfo", "-"], input=pdf, capture_output=True, check=True, timeout=HANGS_SECONDS)
    found = re.search(rb"Pages:\s+(\d+)", done.stdout)
    assert found
    return int(found[1])


def test_the_blank_form_is_annex_1_character_for_character_on_one_page() -> None:
    pdf = form_of(ApplicationForm(SET_ON))
    annex = SOURCE.split("附件1\n")[1].split("附件2\n")[0]
    assert text_of(pdf) == re.sub(r"\s", "", "附件1" + annex)
    assert pages_of(pdf) == 1


def test_the_blank_agreement_is_annex_2_character_for_character() -> None:
    pdf = render_agreement(AgreementText(SET_ON), HUANGSHAN.agreement)
    assert text_of(pdf) == re.sub(r"\s", "", "附件2" + SOURCE.split("附件2\n")[1])
    assert pages_of(pdf) == 2


def test_a_filled_form_shows_its_fields_and_fits_one_page() -> None:
    pdf = form_of(FILLED)
    text = text_of(pdf)
    for shown in (
        "单位名称（盖章）黄山市文化和旅游局",
        "■机关单位□事业单位□其他",
        "监控区域屯溪区黎阳镇、屯溪区昱东街道",
        "监控类别道路交通、背街小巷",
        "监控点位共3个点位",
        "老街入口2",
        "市公安局审核意见：同意。签字:赵六2026年11月22日",
        "编号：HSSP-2026-0001",
    ):
        assert shown in text, shown
    assert pages_of(pdf) == 1


def test_many_points_follow_as_a_sealed_attachment() -> None:
    pdf = form_of(replace(FILLED, points=tuple(map(point, range(40)))))
    text = text_of(pdf)
    assert "共40个点位，见附件清单" in text
    assert "附件：监控点位清单" in text
    assert "34100200001320000039" in text
    assert "黄山市文化和旅游局（单位公章）" in text
    assert pages_of(pdf) > 1


def test_what_people_type_is_never_markup() -> None:
    hostile = '#panic("x") #read("/etc/passwd") *b* $x$ _i_ `r` @ref <l> // c \\ [c] {{ }} "q"'
    pdf = form_of(replace(FILLED, purpose=hostile, organization_name=hostile))
    assert re.sub(r"\s", "", hostile) in text_of(pdf)


def test_characters_that_cannot_be_printed_are_marked_and_tricks_left_out() -> None:
    pdf = form_of(replace(FILLED, purpose="甲\u202e乙\x00丙\u200b丁😀戊𠮷\ue000己"))
    assert "甲乙丙丁〓戊𠮷己" in text_of(pdf)


@pytest.mark.parametrize("length", [500, 5000])
def test_long_texts_go_on_the_next_page_instead_of_being_cut(length: int) -> None:
    pdf = form_of(replace(FILLED, purpose="长" * length, organization_name="名" * 200, contact_person=PERSON))
    assert text_of(pdf).count("长") == length


def test_the_same_data_and_date_give_the_same_bytes() -> None:
    assert form_of(FILLED) == form_of(FILLED)


def test_documents_are_pdf_a_with_their_fonts_inside() -> None:
    pdf = form_of(FILLED)
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    fonts = subprocess.run(
        ["pdffonts", "-"], input=pdf, capture_output=True, check=True, timeout=HANGS_SECONDS
    ).stdout
    rows = fonts.decode().splitlines()[2:]
    assert rows
    assert all("NotoSansCJK" in row and "yes yes yes" in row for row in rows)


def test_a_nature_that_annex_1_has_not_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="no nature"):
        form_of(replace(FILLED, organization_nature="企业"))


def test_a_signed_agreement_names_the_parties_and_freezes_the_points_as_a_schedule() -> None:
    agreement = AgreementText(
        SET_ON,
        party_b="黄山市文化和旅游局",
        signed_on=date(2026, 11, 22),
        sealed_by_a_on=date(2026, 11, 23),
        information_system="黄山智慧文旅监测平台",
        points=tuple(map(point, range(7))),
    )
    text = text_of(render_agreement(agreement, HUANGSHAN.agreement))
    assert "甲方：黄山市数据资源管理局乙方：黄山市文化和旅游局签订日期：2026年11月22日" in text
    assert "附表：《黄山智慧文旅监测平台》获批共享的视频资源" in text
    assert "老街入口6" in text


def test_a_revocation_receipt_shows_the_three_steps() -> None:
    steps = tuple(
        RevocationStep(what, "已收回", "钱七", "2026-11-22 15:00") for what in ("账号", "操作权限", "接口")
    )
    receipt = RevocationReceipt(
        "R-1", "黄山市文化和旅游局", "文旅平台", "A-1", "违规", "市数据资源局", steps, 4, date(2026, 11, 22)
    )
    text = text_of(render_revocation_receipt(receipt, HUANGSHAN.agreement))
    for step in steps:
        assert f"{step.what}已收回钱七2026-11-2215:00" in text
    assert "4个；收回完成后无存续会话。" in text
    assert "依据《黄山市视频资源共享保密协议》第三项" in text


def test_documents_set_side_by_side_in_threads_are_the_same_as_alone() -> None:
    alone = form_of(FILLED)
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: form_of(FILLED), range(8))) == {alone}

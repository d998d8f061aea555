"""附件2 黄山市视频资源共享保密协议: its clauses, character for character.

The source numbers the first clause “1、 ” and the others “二、” to “五、”; that is kept.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of a clause; `number` is 0 where the clause has only one, without a number."""

    clause: int
    number: int
    text: str

    @property
    def id(self) -> str:
        return f"annex_2_{self.clause}" + (f"_{self.number}" if self.number else "")


@dataclass(frozen=True)
class Clause:
    """A clause (项) with its heading as printed."""

    number: int
    heading: str
    paragraphs: tuple[Paragraph, ...]

    @property
    def id(self) -> str:
        return f"annex_2_{self.number}"


ANNEX = "附件2"
TITLE = "黄山市视频资源共享保密协议"
PARTY_A = "黄山市数据资源管理局"
PREAMBLE = (
    "本保密协议由甲、乙双方在相互信任、完全同意并承诺严格执行各项条款的情况下签署。",
    "为严格落实安全保密措施，甲、乙双方同意签订并遵守本保密协议：",
)

LABELS = {
    "cover_party_a": "甲    方：",
    "cover_party_b": "乙    方：",
    "cover_date": "签订日期：",
    "party_a": "甲方：",
    "party_b": "乙方：",
    "seal_a": "甲方(盖章)：",
    "seal_b": "乙方(盖章)：",
    "date": "日期：",
}

CLAUSES = (
    Clause(
        1,
        "1、 视频资源范围",
        (
            Paragraph(
                1,
                0,
                "本协议所指视频资源是指乙方确因信息化系统建设需要，经审批从甲方获得共享权限的视频资源。",
            ),
        ),
    ),
    Clause(
        2,
        "二、视频资源使用",
        (
            Paragraph(
                2,
                1,
                "视频资源仅限乙方用于《黄山市视频资源共享申请表》中所列信息化系统建设。",
            ),
            Paragraph(
                2,
                2,
                "乙方必须在《黄山市视频资源共享申请表》获批的操作权限内规范使用，不得违规记录、存储、复制"
                "视频资源；未经甲方书面同意，不得直接或采取变相方式提供给第三方，不得向社会公开发布，不得"
                "用于或变相用于信息化系统建设之外的其他任何目的。",
            ),
            Paragraph(
                2,
                3,
                "在履行上述义务时，乙方保证对视频资源按本协议约定予以保密，包括但不限于：保证视频资源仅可"
                "在从事该合作事项工作的负责人和工作人员范围内知悉；在上述人员知悉该视频资源前，应向其提示"
                "视频资源的保密性和应承担的义务，并保证上述人员同意接受本协议条款的约束，确保上述人员承担"
                "保密责任的程度不低于本协议规定的程度。",
            ),
        ),
    ),
    Clause(
        3,
        "三、视频资源共享取消",
        (
            Paragraph(
                3,
                0,
                "如因乙方信息化系统终止（或其他原因）导致不再需要已共享的视频资源，乙方应在结束或终止前15"
                "日，向甲方书面告知。由甲方及时收回乙方账号和操作权限，并关闭接口。",
            ),
        ),
    ),
    Clause(
        4,
        "四、违约责任",
        (
            Paragraph(
                4,
                0,
                "乙方应严格遵守国家保密法律、法规和规章制度及信息安全保护要求，认真履行保密义务。如违反本"
                "协议约定，乙方自愿承担相应的经济责任和法律后果。",
            ),
        ),
    ),
    Clause(
        5,
        "五、其他约定",
        (
            Paragraph(
                5,
                1,
                "对本协议任何条款进行修改，均应以书面形式作出并经双方盖章确认，否则无效。",
            ),
            Paragraph(
                5,
                2,
                "该保密协议为无限期保密，直至甲方宣布视频资源公开或者实际上已经公开。",
            ),
            Paragraph(
                5,
                3,
                "甲、乙双方在履行协议过程中如产生纠纷，应通过友好协商解决。如协商无效，可向甲方所在地人民"
                "法院提起诉讼。",
            ),
            Paragraph(
                5,
                4,
                "本协议自签字盖章之日起生效。",
            ),
            Paragraph(
                5,
                5,
                "本协议一式三份，由甲方和乙方各执一份，并报市公安局一份，皆具同等法律效力。",
            ),
        ),
    ),
)

"""附件1 黄山市视频资源共享申请表: its labels and notes, character for character.

A line break inside a label is the form's own.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Note:
    """One of the notes (注) under the form."""

    number: int
    text: str

    @property
    def id(self) -> str:
        return f"annex_1_note_{self.number}"


ANNEX = "附件1"
TITLE = "黄山市视频资源共享申请表"

LABELS = {
    "organization_name": "单位名称\n（盖章）",
    "organization_address": "单位地址",
    "organization_nature": "单位性质",
    "information_system": "信息化\n系统名称",
    "responsible_person": "负责人",
    "contact_person": "联系人",
    "technical_contact": "技术对接人",
    "telephone": "联系电话",
    "mobile": "手机",
    "email": "邮箱",
    "purpose": "视频用途描述：",
    "areas": "监控区域",
    "categories": "监控类别",
    "points": "监控点位",
    "points_instruction": (
        "（应详细说明监控的详细地址、地区、摄像头类型、操作权限等，若该栏不够填写，应以附件形式附后。附件"
        "需加盖单位公章）"
    ),
    "police_opinion": "市公安局审核意见：",
    "bureau_opinion": "市数据资源局审核意见：",
    "provisioning_result": "运维部门处置结果：",
    "signature": "签字:",
    "notes": "注：",
}

ORGANIZATION_NATURES = ("机关单位", "事业单位", "其他")

NOTES = (
    Note(
        1,
        "监控区域指申请共享的视频监控所在行政区域如：屯溪区、屯溪区黎阳镇等。",
    ),
    Note(
        2,
        "监控类别指视频监控按照关注目标区分的类别，如：小区周边、道路交通、背街小巷、车站、机场、铁路沿线"
        "、校园周边等。",
    ),
    Note(
        3,
        "监控点位信息和操作权限，由使用单位在提交申请前，按照《黄山市公共安全视频监控系统（雪亮工程）使用"
        "管理制度（试行）》规定，同市公安局、市委政法委对接确定。",
    ),
    Note(
        4,
        "本表一式三份，审批后市数据资源局、市公安局、使用单位各存一份。",
    ),
)

CATEGORIES_OF_NOTE_2 = (
    "小区周边",
    "道路交通",
    "背街小巷",
    "车站",
    "机场",
    "铁路沿线",
    "校园周边",
)
"""The categories that note 2 names; it ends with “等”, so the list is open."""

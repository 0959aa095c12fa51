"""Form Y01: the health station's programmes."""

from schemas.edits import agrees, at_most, balance, bound
from schemas.fields import field
from schemas.form import DeskForm
from schemas.forms.g01_kindergarten import Kindergarten
from schemas.forms.g02_primary import Primary
from schemas.forms.g03_thcs import LowerSecondary
from schemas.outcomes import Severity
from schemas.units import Children, DiseaseCases, Establishments, People, Pupils, Rounds, Slides

_MALARIA, _TB, _MENTAL = "Phòng chống sốt rét", "Phòng chống lao", "Sức khỏe tâm thần cộng đồng"
_HEART, _VACCINES, _NUTRITION = "Phòng chống bệnh tim mạch", "Tiêm chủng mở rộng", "Dinh dưỡng trẻ em"
_FOOD, _RECRUITS, _SCHOOLS = "An toàn thực phẩm", "Quân dân y kết hợp", "Y tế trường học"


class Health(
    DeskForm, code="Y01", sheet="Y tế", title="Kết quả các chương trình y tế", domain="health", reporter="health"
):
    """One row per commune: what the station's programmes found and did, with the numbers they are held against."""

    malaria_cases = field(DiseaseCases, "Ca bệnh sốt rét", section=_MALARIA)
    malaria_slides = field(Slides, "Lam máu xét nghiệm sốt rét", section=_MALARIA)
    malaria_slides_plan = field(Slides, "Chỉ tiêu lam máu cả năm", section=_MALARIA)
    tb_samples = field(People, "Người nghi lao được lấy mẫu đờm gửi xét nghiệm", section=_TB)
    tb_suspected = field(People, "Số người nghi lao", section=_TB)
    tb_audience = field(People, "Người nghe tuyên truyền phòng chống lao", section=_TB)
    mental_new = field(People, "Bệnh nhân tâm thần mới phát hiện", section=_MENTAL)
    mental_managed = field(People, "Bệnh nhân tâm thần được quản lý điều trị", section=_MENTAL, stock=True)
    mental_medicated = field(People, "Bệnh nhân tâm thần uống thuốc", section=_MENTAL, stock=True)
    schizophrenia = field(People, "Bệnh nhân tâm thần phân liệt", section=_MENTAL, stock=True)
    epilepsy = field(People, "Bệnh nhân động kinh", section=_MENTAL, stock=True)
    hypertension = field(People, "Bệnh nhân tăng huyết áp được quản lý điều trị", section=_HEART, stock=True)
    immunised = field(Children, "Trẻ dưới 1 tuổi được tiêm đủ các loại vắc xin", section=_VACCINES)
    infants = field(Children, "Số trẻ dưới 1 tuổi", section=_VACCINES, stock=True)
    malnourished = field(Children, "Trẻ dưới 5 tuổi suy dinh dưỡng", section=_NUTRITION, stock=True)
    under5 = field(Children, "Số trẻ dưới 5 tuổi", section=_NUTRITION, stock=True)
    malnourished_last_year = field(Children, "Trẻ dưới 5 tuổi suy dinh dưỡng năm trước", section=_NUTRITION, stock=True)
    under5_last_year = field(Children, "Số trẻ dưới 5 tuổi năm trước", section=_NUTRITION, stock=True)
    food_rounds = field(Rounds, "Đợt kiểm tra liên ngành an toàn thực phẩm", section=_FOOD)
    food_establishments = field(Establishments, "Cơ sở được kiểm tra", section=_FOOD)
    food_unclear_origin = field(Establishments, "Cơ sở kinh doanh thực phẩm không rõ nguồn gốc", section=_FOOD)
    food_poisoning = field(DiseaseCases, "Ca ngộ độc thực phẩm", section=_FOOD)
    recruits_called = field(People, "Thanh niên được gọi khám sơ tuyển nghĩa vụ", section=_RECRUITS)
    recruits_examined = field(People, "Thanh niên đã khám sơ tuyển", section=_RECRUITS)
    recruits_passed = field(People, "Thanh niên đạt sơ tuyển", section=_RECRUITS)
    pupils_examined = field(Pupils, "Học sinh được khám sức khỏe định kỳ", section=_SCHOOLS)
    pupils = field(
        Pupils,
        "Tổng số học sinh theo trạm y tế",
        section=_SCHOOLS,
        definition="Số học sinh các trường mà trạm lấy làm mẫu số; đối chiếu với số các trường báo cáo.",
        stock=True,
    )

    edits = (
        bound("Y01-01", ["tb_samples"], "tb_suspected"),
        balance("Y01-02", "mental_managed", ["schizophrenia", "epilepsy"]),
        bound("Y01-03", ["mental_new"], "mental_managed"),
        bound("Y01-04", ["mental_medicated"], "mental_managed"),
        bound("Y01-05", ["immunised"], "infants"),
        bound("Y01-06", ["infants"], "under5"),
        bound("Y01-07", ["malnourished"], "under5"),
        bound("Y01-08", ["malnourished_last_year"], "under5_last_year"),
        bound("Y01-09", ["food_unclear_origin"], "food_establishments"),
        bound("Y01-10", ["recruits_examined"], "recruits_called"),
        bound("Y01-11", ["recruits_passed"], "recruits_examined"),
        bound("Y01-12", ["pupils_examined"], "pupils"),
        agrees(
            "Y01-13",
            "pupils",
            Kindergarten.pupils,
            Primary.pupils,
            LowerSecondary.pupils,
            severity=Severity.WARNING,
        ),
        # A warning: a quick test leaves no slide.
        bound("Y01-14", ["malaria_cases"], "malaria_slides", severity=Severity.WARNING),
        # By order: a round inspects somebody.
        bound("Y01-15", ["food_rounds"], "food_establishments"),
        # No norm: slides cost money, and twice as many as were asked for in the year are taken by no station.
        at_most("Y01-16", "malaria_slides", "2", "malaria_slides_plan"),
        # No norm: more people than there are, of whom one in twenty at least is a child under five.
        at_most("Y01-17", "tb_audience", "20", "under5"),
    )

"""Form Y01: the health station's programmes (plan footnote 7)."""

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

    malaria_cases = field(DiseaseCases, "Ca bệnh sốt rét", figure="health.malaria.cases", plan="fn7", section=_MALARIA)
    malaria_slides = field(
        Slides, "Lam máu xét nghiệm sốt rét", figure="health.malaria.slides", plan="fn7", section=_MALARIA
    )
    malaria_slides_plan = field(
        Slides, "Chỉ tiêu lam máu cả năm", figure="health.malaria.slides.plan", plan="fn7", section=_MALARIA
    )
    tb_samples = field(
        People, "Người nghi lao được lấy mẫu đờm gửi xét nghiệm", figure="health.tb.samples", plan="fn7", section=_TB
    )
    tb_suspected = field(People, "Số người nghi lao", figure="health.tb.samples.base", plan="fn7", section=_TB)
    tb_audience = field(
        People, "Người nghe tuyên truyền phòng chống lao", figure="health.tb.audience", plan="fn7", section=_TB
    )
    mental_new = field(
        People, "Bệnh nhân tâm thần mới phát hiện", figure="health.mental.new_patients", plan="fn7", section=_MENTAL
    )
    mental_managed = field(
        People,
        "Bệnh nhân tâm thần được quản lý điều trị",
        figure="health.mental.managed",
        plan="fn7",
        section=_MENTAL,
        stock=True,
    )
    mental_medicated = field(
        People,
        "Bệnh nhân tâm thần uống thuốc",
        figure="health.mental.on_medication",
        plan="fn7",
        section=_MENTAL,
        stock=True,
    )
    schizophrenia = field(
        People,
        "Bệnh nhân tâm thần phân liệt",
        figure="health.mental.schizophrenia",
        plan="fn7",
        section=_MENTAL,
        stock=True,
    )
    epilepsy = field(
        People, "Bệnh nhân động kinh", figure="health.mental.epilepsy", plan="fn7", section=_MENTAL, stock=True
    )
    hypertension = field(
        People,
        "Bệnh nhân tăng huyết áp được quản lý điều trị",
        figure="health.hypertension.managed",
        plan="fn7",
        section=_HEART,
        stock=True,
    )
    immunised = field(
        Children,
        "Trẻ dưới 1 tuổi được tiêm đủ các loại vắc xin",
        figure="health.immunisation.full",
        plan="fn7",
        section=_VACCINES,
    )
    infants = field(
        Children,
        "Số trẻ dưới 1 tuổi",
        figure="health.immunisation.full.base",
        plan="fn7",
        section=_VACCINES,
        stock=True,
    )
    malnourished = field(
        Children,
        "Trẻ dưới 5 tuổi suy dinh dưỡng",
        figure="health.malnutrition.under5",
        plan="fn7",
        section=_NUTRITION,
        stock=True,
    )
    under5 = field(
        Children,
        "Số trẻ dưới 5 tuổi",
        figure="health.malnutrition.under5.base",
        plan="fn7",
        section=_NUTRITION,
        stock=True,
    )
    malnourished_last_year = field(Children, "Trẻ dưới 5 tuổi suy dinh dưỡng năm trước", section=_NUTRITION, stock=True)
    under5_last_year = field(Children, "Số trẻ dưới 5 tuổi năm trước", section=_NUTRITION, stock=True)
    food_rounds = field(
        Rounds,
        "Đợt kiểm tra liên ngành an toàn thực phẩm",
        figure="health.food_safety.rounds",
        plan="fn7",
        section=_FOOD,
    )
    food_establishments = field(
        Establishments, "Cơ sở được kiểm tra", figure="health.food_safety.establishments", plan="fn7", section=_FOOD
    )
    food_unclear_origin = field(
        Establishments,
        "Cơ sở kinh doanh thực phẩm không rõ nguồn gốc",
        figure="health.food_safety.unclear_origin",
        plan="fn7",
        section=_FOOD,
    )
    food_poisoning = field(
        DiseaseCases, "Ca ngộ độc thực phẩm", figure="health.food_poisoning.cases", plan="fn7", section=_FOOD
    )
    recruits_called = field(
        People,
        "Thanh niên được gọi khám sơ tuyển nghĩa vụ",
        figure="health.recruit_screening.examined.base",
        plan="fn7",
        section=_RECRUITS,
    )
    recruits_examined = field(
        People, "Thanh niên đã khám sơ tuyển", figure="health.recruit_screening.examined", plan="fn7", section=_RECRUITS
    )
    recruits_passed = field(
        People, "Thanh niên đạt sơ tuyển", figure="health.recruit_screening.passed", plan="fn7", section=_RECRUITS
    )
    pupils_examined = field(
        Pupils, "Học sinh được khám sức khỏe định kỳ", figure="health.school_exam.pupils", plan="fn7", section=_SCHOOLS
    )
    pupils = field(
        Pupils,
        "Tổng số học sinh theo trạm y tế",
        figure="health.school_exam.base_reported",
        plan="fn7",
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

"""Form Y01: the health station's programmes (plan footnote 7)."""

from schemas.edits import Severity, agrees, balance, bound
from schemas.form import DeskForm, field
from schemas.forms.g01_kindergarten import Kindergarten
from schemas.forms.g02_primary import Primary
from schemas.forms.g03_thcs import LowerSecondary
from schemas.units import Children, DiseaseCases, Establishments, People, Pupils, Rounds, Slides

_MALARIA, _TB, _MENTAL = "Phòng chống sốt rét", "Phòng chống lao", "Sức khỏe tâm thần cộng đồng"
_HEART, _VACCINES, _NUTRITION = "Phòng chống bệnh tim mạch", "Tiêm chủng mở rộng", "Dinh dưỡng trẻ em"
_FOOD, _RECRUITS, _SCHOOLS = "An toàn thực phẩm", "Quân dân y kết hợp", "Y tế trường học"


class Health(
    DeskForm, code="Y01", sheet="Y tế", title="Kết quả các chương trình y tế", domain="health", reporter="health"
):
    """One row per commune: what the station's programmes found and did, with the numbers they are held against."""

    malaria_cases: DiseaseCases = field("Ca bệnh sốt rét", figure="health.malaria.cases", plan="fn7", section=_MALARIA)
    malaria_slides: Slides = field(
        "Lam máu xét nghiệm sốt rét", figure="health.malaria.slides", plan="fn7", section=_MALARIA
    )
    malaria_slides_plan: Slides = field(
        "Chỉ tiêu lam máu cả năm", figure="health.malaria.slides.plan", plan="fn7", section=_MALARIA
    )
    tb_samples: People = field(
        "Người nghi lao được lấy mẫu đờm gửi xét nghiệm", figure="health.tb.samples", plan="fn7", section=_TB
    )
    tb_suspected: People = field("Số người nghi lao", figure="health.tb.samples.base", plan="fn7", section=_TB)
    tb_audience: People = field(
        "Người nghe tuyên truyền phòng chống lao", figure="health.tb.audience", plan="fn7", section=_TB
    )
    mental_new: People = field(
        "Bệnh nhân tâm thần mới phát hiện", figure="health.mental.new_patients", plan="fn7", section=_MENTAL
    )
    mental_managed: People = field(
        "Bệnh nhân tâm thần được quản lý điều trị", figure="health.mental.managed", plan="fn7", section=_MENTAL
    )
    mental_medicated: People = field(
        "Bệnh nhân tâm thần uống thuốc", figure="health.mental.on_medication", plan="fn7", section=_MENTAL
    )
    schizophrenia: People = field(
        "Bệnh nhân tâm thần phân liệt", figure="health.mental.schizophrenia", plan="fn7", section=_MENTAL
    )
    epilepsy: People = field("Bệnh nhân động kinh", figure="health.mental.epilepsy", plan="fn7", section=_MENTAL)
    hypertension: People = field(
        "Bệnh nhân tăng huyết áp được quản lý điều trị",
        figure="health.hypertension.managed",
        plan="fn7",
        section=_HEART,
    )
    immunised: Children = field(
        "Trẻ dưới 1 tuổi được tiêm đủ các loại vắc xin",
        figure="health.immunisation.full",
        plan="fn7",
        section=_VACCINES,
    )
    infants: Children = field(
        "Số trẻ dưới 1 tuổi", figure="health.immunisation.full.base", plan="fn7", section=_VACCINES
    )
    malnourished: Children = field(
        "Trẻ dưới 5 tuổi suy dinh dưỡng", figure="health.malnutrition.under5", plan="fn7", section=_NUTRITION
    )
    under5: Children = field(
        "Số trẻ dưới 5 tuổi", figure="health.malnutrition.under5.base", plan="fn7", section=_NUTRITION
    )
    malnourished_last_year: Children = field("Trẻ dưới 5 tuổi suy dinh dưỡng năm trước", section=_NUTRITION)
    under5_last_year: Children = field("Số trẻ dưới 5 tuổi năm trước", section=_NUTRITION)
    food_rounds: Rounds = field(
        "Đợt kiểm tra liên ngành an toàn thực phẩm", figure="health.food_safety.rounds", plan="fn7", section=_FOOD
    )
    food_establishments: Establishments = field(
        "Cơ sở được kiểm tra", figure="health.food_safety.establishments", plan="fn7", section=_FOOD
    )
    food_unclear_origin: Establishments = field(
        "Cơ sở kinh doanh thực phẩm không rõ nguồn gốc",
        figure="health.food_safety.unclear_origin",
        plan="fn7",
        section=_FOOD,
    )
    food_poisoning: DiseaseCases = field(
        "Ca ngộ độc thực phẩm", figure="health.food_poisoning.cases", plan="fn7", section=_FOOD
    )
    recruits_called: People = field(
        "Thanh niên được gọi khám sơ tuyển nghĩa vụ",
        figure="health.recruit_screening.examined.base",
        plan="fn7",
        section=_RECRUITS,
    )
    recruits_examined: People = field(
        "Thanh niên đã khám sơ tuyển", figure="health.recruit_screening.examined", plan="fn7", section=_RECRUITS
    )
    recruits_passed: People = field(
        "Thanh niên đạt sơ tuyển", figure="health.recruit_screening.passed", plan="fn7", section=_RECRUITS
    )
    pupils_examined: Pupils = field(
        "Học sinh được khám sức khỏe định kỳ", figure="health.school_exam.pupils", plan="fn7", section=_SCHOOLS
    )
    pupils: Pupils = field(
        "Tổng số học sinh theo trạm y tế",
        figure="health.school_exam.base_reported",
        plan="fn7",
        section=_SCHOOLS,
        definition="Số học sinh các trường mà trạm lấy làm mẫu số; đối chiếu với số các trường báo cáo.",
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
    )

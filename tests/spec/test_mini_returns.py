from dataclasses import dataclass

import pytest

from tests.spec.mini_returns import cells, expected_findings, lines_of, run_table


@dataclass(frozen=True)
class Case:
    """Returns of a commune of two villages, and what must come of them.

    Findings: code | form | reporter | cells, the doubtful one first | written | expected.
    Figures: id | value | status | reported/expected.
    """

    name: str
    given: str
    findings: str = ""
    figures: str = ""


CASES = [
    Case(
        "a blank between the digits of a number is a finding, holds the form, and leaves no total and no share",
        given="""
            B01              | Bản Một
              Đàn ngựa       | 100
              Ngựa thường    | 60
              Ngựa bạch      | 40
            B01              | Bản Hai
              Đàn ngựa       | 1.000
              Ngựa thường    | 5 . 00
              Ngựa bạch      | 500
        """,
        findings="""
            C-05 | B01 | hai | Ngựa thường | 5 . 00 | con
        """,
        figures="""
            livestock.horse.heads       |  | incomplete | 0/2
            livestock.horse.white.share |  | incomplete | 0/2
        """,
    ),
    Case(
        "a blank where the mark of thousands would stand is a finding, and a number followed by its unit is none",
        given="""
            B01              | Bản Một
              Đàn ngựa       | 1.000
              Ngựa thường    | 6 00
            B01              | Bản Hai
              Đàn ngựa       | 5. 373
              Ngựa thường    | 5.373 con
              Ngựa bạch      | -
        """,
        findings="""
            C-05 | B01 | mot | Ngựa thường | 6 00   | con
            C-33 | B01 | hai | Đàn ngựa    | 5. 373 | 5.373
        """,
        figures="""
            livestock.horse.heads |  | incomplete | 0/2
        """,
    ),
    Case(
        "totals, shares and stated zeros",
        given="""
            B01              | Bản Một
              Đàn ngựa       | 1.000
              Ngựa thường    | 625
              Ngựa bạch      | 375
              Đàn dê         | không
            B01              | Bản 2
              Đàn ngựa       | 5.373
              Ngựa thường    | 5.373 con
              Ngựa bạch      | -
              Đàn dê         | 12
        """,
        figures="""
            livestock.horse.heads          | 6373 | complete   | 2/2
            livestock.horse.ordinary.heads | 5998 | complete   | 2/2
            livestock.horse.white.heads    | 375  | complete   | 2/2
            livestock.horse.white.share    | 5.9  | complete   | 2/2
            livestock.goat.heads           | 12   | complete   | 2/2
            livestock.pig.heads            |      | incomplete | 0/2
        """,
    ),
    Case(
        "parts that do not make their total hold the form of the whole commune",
        given="""
            B01              | Bản Một
              Đàn ngựa       | 207
              Ngựa thường    | 200
              Ngựa bạch      | 67
            B01              | Bản Hai
              Đàn ngựa       | 10
              Ngựa thường    | 10
              Ngựa bạch      | 0
        """,
        findings="""
            B01-02 | B01 | mot | Đàn ngựa + Ngựa thường + Ngựa bạch | 207 | 267
        """,
        figures="""
            livestock.horse.heads |  | incomplete | 0/2
        """,
    ),
    Case(
        "a wrong cell in two sums is one finding, and the cell in both stands first",
        given="""
            B01                     | Bản Một
              Tổng đàn gia súc      | 267
              Đàn trâu              | 0
              Đàn bò                | 0
              Đàn ngựa              | 207
              Ngựa thường           | 200
              Ngựa bạch             | 67
              Đàn dê                | 0
              Đàn lợn               | 0
              Chó                   | 0
              Mèo                   | 0
            B01                     | Bản Hai
              Đàn ngựa              | 1
        """,
        findings="""
            B01-02 | B01 | mot | Đàn ngựa + Tổng đàn gia súc + Đàn trâu + Đàn bò + Đàn dê + Đàn lợn + Chó + Mèo + Ngựa thường + Ngựa bạch | 207 | 267
        """,  # noqa: E501 - one finding is one line
    ),
    Case(
        "two edits that share no cell are two findings",
        given="""
            B01                     | Bản Một
              Đàn ngựa              | 9
              Ngựa thường           | 5
              Ngựa bạch             | 5
              Tổng đàn gia cầm      | 9
              Đàn gà                | 1
              Đàn ngan              | 1
              Đàn ngỗng             | 1
              Đàn vịt               | 1
            B01                     | Bản Hai
              Đàn ngựa              | 1
        """,
        findings="""
            B01-02 | B01 | mot | Đàn ngựa + Ngựa thường + Ngựa bạch | 9 | 10
            B01-04 | B01 | mot | Tổng đàn gia cầm + Đàn gà + Đàn ngan + Đàn ngỗng + Đàn vịt | 9 | 4
        """,
    ),
    Case(
        "more breeding horses than horses",
        given="""
            B01                     | Bản Một
              Ngựa thường           | 5
              Ngựa thường sinh sản  | 6
            B01                     | Bản Hai
              Ngựa thường           | 5
              Ngựa thường sinh sản  | 5
        """,
        findings="""
            B01-05 | B01 | mot | Ngựa thường sinh sản + Ngựa thường | 6 | 5
        """,
    ),
    Case(
        "a blank is told, decides nothing, and leaves the total open",
        given="""
            B01              | Bản Một
              Đàn ngựa       | 100
              Ngựa thường    |
              Ngựa bạch      | 40
            B01              | Bản Hai
              Đàn ngựa       | 1
              Ngựa thường    | 1
              Ngựa bạch      | 0
        """,
        findings="""
            C-10 | B01 | mot | Ngựa thường | | con
        """,
        figures="""
            livestock.horse.heads          | 101 | complete   | 2/2
            livestock.horse.ordinary.heads |     | incomplete | 1/2
        """,
    ),
    Case(
        "a village that sent nothing is named, and there is no low total",
        given="""
            B01              | Bản Một
              Đàn ngựa       | 100
        """,
        findings="""
            H-01 | B01 | hai | | | 10/07/2024
        """,
        figures="""
            livestock.horse.heads |  | incomplete | 1/2
        """,
    ),
    Case(
        "a number that cannot be guessed, a word, and a negative count",
        given="""
            B01              | Bản Một
              Đàn trâu       | 2000.000
              Đàn bò         | khoảng 50
              Đàn dê         | -3
              Đàn lợn        | 2,5
            B01              | Bản Hai
              Đàn trâu       | 1
        """,
        findings="""
            C-05 | B01 | mot | Đàn trâu | 2000.000  | con
            C-04 | B01 | mot | Đàn bò   | khoảng 50 | con
            C-11 | B01 | mot | Đàn dê   | -3        | từ 0
            C-06 | B01 | mot | Đàn lợn  | 2,5       | con
        """,
    ),
    Case(
        "an unreadable part tells of itself and not of the sum it is in",
        given="""
            B01              | Bản Một
              Đàn ngựa       | 100
              Ngựa thường    | sáu mươi
              Ngựa bạch      | 1
            B01              | Bản Hai
              Đàn ngựa       | 1
        """,
        findings="""
            C-04 | B01 | mot | Ngựa thường | sáu mươi | con
        """,
    ),
    Case(
        "area times yield is production, within what the digits of all three leave open",
        given="""
            B03                    | Bản Một
              Diện tích lúa xuân   | 10,5
              Năng suất lúa xuân   | 48,25
              Sản lượng lúa xuân   | 50,7
            B03                    | Bản Hai
              Diện tích lúa xuân   | 10
              Năng suất lúa xuân   | 50
              Sản lượng lúa xuân   | 45
        """,
        findings="""
            B03-03 | B03 | hai | Sản lượng lúa xuân + Diện tích lúa xuân + Năng suất lúa xuân | 45 | 50
        """,
    ),
    Case(
        "the yield of a commune is made of its totals",
        given="""
            B03                    | Bản Một
              Diện tích lúa xuân   | 10
              Năng suất lúa xuân   | 50
              Sản lượng lúa xuân   | 50
            B03                    | Bản Hai
              Diện tích lúa xuân   | 30
              Năng suất lúa xuân   | 40
              Sản lượng lúa xuân   | 120
        """,
        figures="""
            crops.spring_rice.area       | 40   | complete | 2/2
            crops.spring_rice.production | 170  | complete | 2/2
            crops.spring_rice.yield      | 42.5 | complete | 2/2
        """,
    ),
    Case(
        "a yield beyond what grows",
        given="""
            B03                    | Bản Một
              Năng suất lúa xuân   | 500
            B03                    | Bản Hai
              Năng suất lúa xuân   | 120
        """,
        findings="""
            C-11 | B03 | mot | Năng suất lúa xuân | 500 | từ 0 đến 120
        """,
    ),
    Case(
        "revenue lines that make their total, and percentages half up",
        given="""
            T01                                  | Kế toán
              Tổng thu ngân sách                 | 3.819.888.592đ
              Thu ngân sách trên địa bàn         | 19.888.592
              Thu bổ sung cân đối                | 3.000.000.000 đồng
              Thu chuyển nguồn từ năm trước      | 800.000.000
              Dự toán tổng thu ngân sách         | 6.000.000.000
              Dự toán thu trên địa bàn           | 16.000.000
              Dự toán thu bổ sung cân đối        | 5.984.000.000
        """,
        figures="""
            budget.revenue.total                 | 3819888592 | complete   | 1/1
            budget.revenue.total.pct_of_estimate | 63.7       | complete   | 1/1
            budget.revenue.local.pct_of_estimate | 124.3      | complete   | 1/1
            budget.expenditure.total             |            | incomplete | 0/1
        """,
    ),
    Case(
        "one đồng too many is a finding",
        given="""
            T01                                  | Kế toán
              Tổng thu ngân sách                 | 3.819.888.593
              Thu ngân sách trên địa bàn         | 19.888.592
              Thu bổ sung cân đối                | 3.000.000.000
              Thu chuyển nguồn từ năm trước      | 800.000.000
        """,
        findings="""
            T01-01 | T01 | finance | Tổng thu ngân sách + Thu ngân sách trên địa bàn + Thu bổ sung cân đối + Thu chuyển nguồn từ năm trước | 3.819.888.593 | 3.819.888.592
        """,  # noqa: E501 - one finding is one line
        figures="""
            budget.revenue.total |  | incomplete | 0/1
        """,
    ),
    Case(
        "a zero estimate gives no percentage",
        given="""
            T01                                  | Kế toán
              Thu ngân sách trên địa bàn         | 5
              Dự toán thu trên địa bàn           | -
        """,
        figures="""
            budget.revenue.local                 | 5 | complete  | 1/1
            budget.revenue.local.pct_of_estimate |   | undefined | 1/1
        """,
    ),
    Case(
        "sales in millions are reported in billions",
        given="""
            B02                          | Bản Một
              Tổng doanh thu xuất chuồng | 1.250
              Doanh thu gia súc          | 1.000
              Doanh thu gia cầm          | 250
            B02                          | Bản Hai
              Tổng doanh thu xuất chuồng | 2.300,5
              Doanh thu gia súc          | 2.300,5
              Doanh thu gia cầm          | không
        """,
        figures="""
            sales.revenue.total     | 3.6 | complete | 2/2
            sales.revenue.livestock | 3.3 | complete | 2/2
            sales.revenue.poultry   | 0.3 | complete | 2/2
        """,
    ),
    Case(
        "the desk's line agrees with the villages'",
        given="""
            B04                                 | Bản Một
              Diện tích rừng sản xuất trồng mới | 1,5
            B04                                 | Bản Hai
              Diện tích rừng sản xuất trồng mới | 2,25
            N01                                 | Cán bộ nông nghiệp
              Diện tích rừng trồng mới toàn xã  | 3,75
        """,
        figures="""
            forestry.planted.area | 3.75 | complete | 2/2
        """,
    ),
    Case(
        "the desk is not blamed for a village's sum that does not hold",
        given="""
            B04                                 | Bản Một
              Tổng diện tích đăng ký trồng rừng | 5
              Diện tích đăng ký trồng thông     | 2
              Diện tích đăng ký trồng bạch đàn  | 2
              Diện tích đăng ký trồng hồi       | 2
            B04                                 | Bản Hai
              Tổng diện tích đăng ký trồng rừng | 1
            N01                                 | Cán bộ nông nghiệp
              Diện tích đăng ký toàn xã         | 7
        """,
        findings="""
            B04-01 | B04 | mot | Tổng diện tích đăng ký trồng rừng + Diện tích đăng ký trồng thông + Diện tích đăng ký trồng bạch đàn + Diện tích đăng ký trồng hồi | 5 | 6
        """,  # noqa: E501 - one finding is one line
    ),
    Case(
        "registration village by village",
        given="""
            B04                                 | Bản Một
              Số hộ đăng ký trồng rừng          | 33
            B04                                 | Bản Hai
              Số hộ đăng ký trồng rừng          | 1
        """,
        figures="""
            forestry.registration.households     | 34 | complete | 2/2
            forestry.registration.mot.households | 33 | complete | 1/1
            forestry.registration.hai.households | 1  | complete | 1/1
        """,
    ),
    Case(
        "a desk cannot send a village's form",
        given="""
            B01         | Kế toán
              Đàn ngựa  | 5
        """,
        findings="""
            W-08 | B01 | finance | | Kế toán |
            H-01 | B01 | mot | | | 10/07/2024
            H-01 | B01 | hai | | | 10/07/2024
        """,
    ),
    Case(
        "an unknown village is told by the name it wrote",
        given="""
            B01         | Bản Ba
              Đàn ngựa  | 5
        """,
        findings="""
            W-05 | B01 | | | Bản Ba |
            H-01 | B01 | mot | | | 10/07/2024
            H-01 | B01 | hai | | | 10/07/2024
        """,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_given_these_returns_expect_these_findings_and_figures(case: Case) -> None:
    result = run_table(case.given)
    assert result.findings == expected_findings(case.findings)
    for identifier, value, status, counts in lines_of(case.figures):
        assert (identifier, *result.figures[identifier]) == (identifier, value, status, counts)
    assert all(message.strip() and "{" not in message for message in result.messages)


AGREEMENT = """
    B04                                 | Bản Một
      Diện tích rừng sản xuất trồng mới | 1,5
      Tổng diện tích đăng ký trồng rừng | 10
    B04                                 | Bản Hai
      Diện tích rừng sản xuất trồng mới | 2
      Tổng diện tích đăng ký trồng rừng | 20
    N01                                 | Cán bộ nông nghiệp
      Diện tích rừng trồng mới toàn xã  | 4
      Diện tích đăng ký toàn xã         | 31
"""


def test_two_lines_of_a_desk_that_disagree_are_each_told_with_their_own_sum() -> None:
    told = [finding for finding in run_table(AGREEMENT).findings if finding[0].startswith("N01")]
    assert told == expected_findings("""
        N01-01 | N01 | agriculture | Diện tích rừng trồng mới toàn xã | 4  | 3,5
        N01-02 | N01 | agriculture | Diện tích đăng ký toàn xã        | 31 | 30
    """)


def test_a_table_is_read_by_columns() -> None:
    assert cells("a | b c |") == ("a", "b c", "")
    assert lines_of("\n  a | b\n\n  c | d\n") == [("a", "b"), ("c", "d")]

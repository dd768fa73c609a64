"""The ten campaigns: what was planned, who was assigned, and what really works.

`treatments` maps each treatment variant to its response probability: that of one extra
order by a user whom the campaign reached or, where `removes_orders`, of placing none of
the orders the user would have placed unasked. Zero is a campaign that does nothing. A
user's own probability is this times the segment's factor (`SEGMENT_RESPONSE`), and zero
for those who never buy.
"""

from dataclasses import dataclass, field

from examples.example_data.catalogue import CATEGORIES
from examples.example_data.settings import HOUR, seconds

CONTROL = "control"


@dataclass(frozen=True)
class Campaign:
    """One campaign. Costs are in hundredths of a cent (10,000 = 1 unit of currency).

    Attributes
    ----------
    name, channel, objective : str
        As in the input `campaigns`; channel is "email", or "display" and
        "social", which show advertisements alike.
    started_on, ended_on : str
        UTC dates; the campaign runs from the start of the one to the start of the
        other.
    treatments : dict
        Response probability by treatment variant; see the module.
    control_share : float
        Share of the assigned users in the control group.
    target_category : str, optional
        Category of the items advertised and of the extra orders; None is any.
    waves : int
        E-mails to each user.
    impressions : float
        Mean number of impressions for each user who is shown any.
    cost_per_touch, cost_per_click : int, optional
        Cost of a send or impression, and of a click; None is not recorded.
    fee_cents : int, optional
        Fixed cost booked on the first day; None: no spend is known at all.
    click_window_days, view_window_days : int, optional
        Attribution windows; None is left to the reader's default.
    has_coupon : bool
        Whether the channel reports redeemed coupons as `conversion` touches.
    removes_orders : bool
        Whether the response is to order nothing.
    """

    name: str
    channel: str
    objective: str
    started_on: str
    ended_on: str
    treatments: dict[str, float]
    control_share: float = 0.5
    target_category: str | None = None
    waves: int = 1
    impressions: float = 3.0
    cost_per_touch: int | None = None
    cost_per_click: int | None = None
    fee_cents: int | None = 0
    click_window_days: int | None = 7
    view_window_days: int | None = 1
    unit_margin_rate: float = 0.35
    has_coupon: bool = False
    removes_orders: bool = False
    started_at: int = field(init=False)
    ended_at: int = field(init=False)

    def __post_init__(self) -> None:
        """Derive the times in seconds."""
        object.__setattr__(self, "started_at", seconds(self.started_on))
        object.__setattr__(self, "ended_at", seconds(self.ended_on))

    @property
    def assigned_at(self) -> int:
        """Users are assigned one hour before the start."""
        return self.started_at - HOUR

    @property
    def removes_from(self) -> int:
        """Orders from nine hours after the start can be lost: all mails are out."""
        return self.started_at + 9 * HOUR

    @property
    def category_index(self) -> int | None:
        """Index of the target category, None for any."""
        names = [category.name for category in CATEGORIES]
        return names.index(self.target_category) if self.target_category else None

    @property
    def variants(self) -> tuple[str, ...]:
        """Control first, then the treatments; assignments store the position."""
        return (CONTROL, *self.treatments)


# In order of their start; the position is the campaign's index, c01 and so on its id.
CAMPAIGNS = (
    Campaign(
        "New Year Coffee",
        "email",
        "conversion",
        "2025-01-13",
        "2025-01-29",
        {"treatment": 0.16},
        target_category="coffee",
        waves=2,
        cost_per_touch=20,
        click_window_days=None,
        view_window_days=None,
        fee_cents=6_000,
    ),
    Campaign(
        "Winter Skin",
        "display",
        "conversion",
        "2025-01-22",
        "2025-02-12",
        {"treatment": 0.10},
        target_category="skin care",
        cost_per_touch=45,
        fee_cents=8_000,
    ),
    Campaign(
        "Books for Two",
        "email",
        "conversion",
        "2025-02-05",
        "2025-02-19",
        {"treatment_a": 0.06, "treatment_b": 0.20},
        control_share=0.34,
        target_category="books",
        cost_per_touch=20,
        unit_margin_rate=0.28,
        fee_cents=9_000,
    ),
    Campaign(
        "Say Our Name",
        "display",
        "awareness",
        "2025-02-17",
        "2025-03-10",
        {"treatment": 0.0},
        cost_per_touch=60,
        fee_cents=20_000,
    ),
    Campaign(
        "Spring Garden Coupon",
        "email",
        "conversion",
        "2025-03-05",
        "2025-03-26",
        {"treatment": 0.24},
        target_category="garden",
        waves=2,
        cost_per_touch=20,
        click_window_days=14,
        unit_margin_rate=0.40,
        has_coupon=True,
        fee_cents=12_000,
    ),
    Campaign(
        "First Ten Kilometers",
        "social",
        "conversion",
        "2025-03-24",
        "2025-04-14",
        {"treatment": 0.14},
        control_share=0.4,
        target_category="running",
        cost_per_touch=45,
        view_window_days=2,
        fee_cents=15_000,
    ),
    Campaign(
        "Mail Every Week",
        "email",
        "retention",
        "2025-04-07",
        "2025-04-28",
        {"treatment": 0.40},
        waves=3,
        cost_per_touch=0,
        removes_orders=True,
    ),
    Campaign(
        "Full Bowl",
        "display",
        "retention",
        "2025-04-28",
        "2025-05-19",
        {"treatment": 0.08},
        target_category="pet food",
        cost_per_touch=45,
        click_window_days=3,
        unit_margin_rate=0.22,
        fee_cents=4_000,
    ),
    Campaign(
        "Sound Clearance",
        "display",
        "conversion",
        "2025-05-12",
        "2025-06-02",
        {"treatment": 0.12},
        control_share=0.3,
        target_category="audio",
        impressions=2.6,
        cost_per_click=3_500,
        unit_margin_rate=0.18,
    ),
    Campaign(
        "We Miss You",
        "email",
        "winback",
        "2025-05-28",
        "2025-06-18",
        {"treatment": 0.18},
        waves=2,
        fee_cents=None,
    ),
)


def campaign_id(index: int) -> str:
    """Return the id of the campaign at a position of `CAMPAIGNS`.

    Examples
    --------
    >>> campaign_id(0)
    'c01'
    """
    return f"c{index + 1:02d}"

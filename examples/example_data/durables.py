"""The shop's categories that are bought once in a while, with their words."""

from examples.example_data.vocabulary import Category, style

DURABLES = (
    Category(
        "kitchen",
        None,
        1290,
        18990,
        12,
        0.30,
        ("Ironwood", "Petit Chef", "Santoku & Sons"),
        ("small", "medium", "large"),
        (
            style(
                "knives",
                "Chef's Knife, Paring Knife, Cutting Board",
                "razor-sharp, forged, balanced",
                "forged from one piece of steel; full tang, balanced at the bolster; "
                "holds its edge for months",
            ),
            style(
                "cookware",
                "Cast-Iron Skillet, Saucepan, Dutch Oven",
                "heavy, pre-seasoned, even-heating",
                "even heat from edge to edge; from hob to oven to table; pre-seasoned "
                "and good for generations",
            ),
            style(
                "small appliances",
                "Hand Blender, Kettle, Burr Grinder",
                "quiet, compact, powerful",
                "quiet enough for early mornings; variable speed with a steady "
                "torque; three-year warranty",
            ),
        ),
    ),
    Category(
        "running",
        None,
        1490,
        17990,
        5,
        0.40,
        ("Striderra", "Fellrunner", "Pace Lab"),
        ("women", "men", "unisex"),
        (
            style(
                "road",
                "Road Shoe, Tempo Shorts, Race Singlet",
                "cushioned, lightweight, responsive",
                "responsive foam for long road miles; breathable mesh; reflective "
                "trim for dark mornings",
            ),
            style(
                "trail",
                "Trail Shoe, Hydration Vest, Gaiters",
                "grippy, rugged, weatherproof",
                "deep lugs for mud and scree; rock plate under the forefoot; drains "
                "quickly after fords",
            ),
            style(
                "recovery",
                "Foam Roller, Compression Socks, Massage Ball",
                "firm, supportive, relaxing",
                "graduated compression for tired calves; loosens tight fascia; fits "
                "into a sports bag",
            ),
        ),
    ),
    Category(
        "cycling",
        None,
        990,
        15990,
        6,
        0.40,
        ("Velomundo", "Chainring", "Fellrunner"),
        ("standard", "pro", "compact"),
        (
            style(
                "commuting",
                "Pannier Bag, Bike Lock, Mudguard Set",
                "waterproof, sturdy, reflective",
                "keeps a laptop dry in a cloudburst; hardened steel shackle; fits "
                "every city rack",
            ),
            style(
                "racing",
                "Bib Shorts, Aero Helmet, Carbon Bottle Cage",
                "aerodynamic, featherlight, stiff",
                "saves watts above thirty an hour; seamless pad for century rides; "
                "wind-tunnel tested",
            ),
            style(
                "workshop",
                "Chain Lube, Multi-Tool, Floor Pump",
                "precise, durable, handy",
                "nineteen tools in a pocket; ceramic lube for wet chains; gauge you "
                "can read standing up",
            ),
        ),
    ),
    Category(
        "audio",
        None,
        1990,
        34990,
        12,
        0.35,
        ("Klangform", "Resonant", "Blue Hour"),
        ("black", "white", "graphite"),
        (
            style(
                "headphones",
                "Noise-Canceling Headphones, Earbuds, Studio Headphones",
                "wireless, noise-canceling, immersive",
                "thirty hours on one charge; hushes trains and open offices; soft "
                "memory-foam pads",
            ),
            style(
                "speakers",
                "Bookshelf Speaker, Party Speaker, Soundbar",
                "room-filling, punchy, warm",
                "deep bass from a small cabinet; pairs in stereo; splash-proof for "
                "balcony and bath",
            ),
            style(
                "vinyl",
                "Turntable, Phono Stage, Record Cleaning Kit",
                "belt-driven, analog, warm",
                "belt drive with a solid platter; low-noise phono stage; brings old "
                "records back to life",
            ),
        ),
    ),
    Category(
        "books",
        None,
        790,
        4490,
        12,
        0.30,
        ("Lantern Press", "Northgate", "Petit Chef"),
        ("paperback", "hardcover", "illustrated"),
        (
            style(
                "cookbooks",
                "Cookbook, Baking Book, Coffee Companion",
                "illustrated, practical, mouth-watering",
                "ninety recipes for weeknights; step-by-step photographs; a chapter "
                "on sourdough and coffee",
            ),
            style(
                "crime",
                "Crime Novel, Thriller, Detective Story",
                "gripping, dark, twisting",
                "a body in the harbor and no witness; you will not guess the last "
                "page; first of a new detective series",
            ),
            style(
                "nature",
                "Trail Guide, Garden Almanac, Bird Atlas",
                "detailed, inspiring, pocket-sized",
                "fifty walks with maps; month by month through beds and borders; "
                "painted plates of four hundred birds",
            ),
        ),
    ),
    Category(
        "garden",
        None,
        590,
        12990,
        5,
        0.70,
        ("Green Bucket", "Old Barn", "Rosewater"),
        ("single", "set of 3", "set of 6"),
        (
            style(
                "sowing",
                "Tomato Seeds, Wildflower Mix, Herb Seeds",
                "heirloom, open-pollinated, vigorous",
                "heirloom varieties you can save seed from; sow indoors from March; "
                "loved by bees",
            ),
            style(
                "tools",
                "Hand Trowel, Pruning Shears, Watering Can",
                "hardened, ergonomic, rustproof",
                "carbon steel that stays sharp; ash handle shaped for small hands; "
                "rose head for a gentle rain",
            ),
            style(
                "balcony",
                "Railing Planter, Raised Bed, Terracotta Pot",
                "frost-proof, space-saving, self-watering",
                "hooks on to any railing; water store for a long weekend; thick "
                "walls against frost",
            ),
        ),
    ),
)

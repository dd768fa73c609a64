"""The shop's categories that are bought again and again, with their words."""

from examples.example_data.vocabulary import Category, style

CONSUMABLES = (
    Category(
        "coffee",
        21.0,
        590,
        2490,
        1,
        0.15,
        ("Harbor Roasters", "Monte Alto", "Kaffeewerk"),
        ("250 g", "500 g", "1 kg"),
        (
            style(
                "espresso",
                "Espresso Beans, Ristretto Blend, Crema Roast",
                "dark, bold, velvety",
                "notes of cocoa and roasted hazelnut; a thick crema from any "
                "portafilter machine; slow drum roasting keeps bitterness low",
            ),
            style(
                "filter",
                "Filter Roast, Pour-Over Beans, Morning Blend",
                "bright, floral, light",
                "jasmine, peach and a clean citrus finish; made for pour-over and "
                "drip brewers; washed beans from single farms",
            ),
            style(
                "instant",
                "Instant Coffee, Travel Sachets, Freeze-Dried Granules",
                "quick, smooth, mild",
                "dissolves in cold water as well as hot; single sachets for desk and "
                "train; freeze-dried on the day of roasting",
            ),
        ),
    ),
    Category(
        "tea",
        35.0,
        390,
        1890,
        12,
        0.35,
        ("Leaf & Letter", "Yunnan Garden", "Nordlys"),
        ("20 bags", "100 g", "250 g"),
        (
            style(
                "green",
                "Sencha, Jasmine Pearls, Green Tea",
                "grassy, delicate, fresh",
                "steep at eighty degrees for two minutes; hand-rolled spring "
                "leaves; gentle caffeine for long afternoons",
            ),
            style(
                "black",
                "Earl Grey, Assam, Breakfast Tea",
                "malty, brisk, strong",
                "stands up to a splash of milk; real bergamot oil, no aroma; "
                "second-flush leaves with a malty body",
            ),
            style(
                "herbal",
                "Chamomile, Peppermint Infusion, Rooibos",
                "soothing, caffeine-free, calming",
                "caffeine-free for the hour before bed; whole flowers instead of "
                "dust; honeyed, with a hint of vanilla",
            ),
        ),
    ),
    Category(
        "pantry",
        28.0,
        290,
        1690,
        11,
        0.10,
        ("Casa Lenti", "Good Mill", "Orchard Lane"),
        ("350 g", "750 g", "2 kg"),
        (
            style(
                "baking",
                "Spelt Flour, Sourdough Mix, Rolled Oats",
                "stoneground, wholegrain, hearty",
                "milled between stones from local grain; rises well in sourdough and "
                "yeast dough; high in fiber",
            ),
            style(
                "italian",
                "Bronze-Cut Pasta, Tomato Passata, Olive Oil",
                "sun-ripened, rustic, peppery",
                "bronze dies give sauce something to hold; tomatoes picked and "
                "bottled the same day; first cold pressing, peppery finish",
            ),
            style(
                "sweet",
                "Orange Marmalade, Forest Honey, Almond Butter",
                "golden, creamy, fruity",
                "small-batch, cooked in copper pans; no added sugar; spread it on "
                "toast or stir it into porridge",
            ),
        ),
    ),
    Category(
        "skin care",
        45.0,
        690,
        4990,
        1,
        0.20,
        ("Dermalin", "Aqua Botanica", "Pure Method"),
        ("30 ml", "75 ml", "200 ml"),
        (
            style(
                "hydration",
                "Moisturizer, Hyaluronic Serum, Night Cream",
                "hydrating, rich, nourishing",
                "hyaluronic acid binds moisture for a day; ceramides mend a dry "
                "barrier; absorbs without a film",
            ),
            style(
                "sun",
                "Sun Lotion, Mineral Sunscreen, After-Sun Gel",
                "sheer, water-resistant, protective",
                "broad-spectrum filter, factor fifty; no white cast; safe for reefs "
                "and small children",
            ),
            style(
                "cleansing",
                "Face Wash, Micellar Water, Clay Mask",
                "gentle, purifying, foaming",
                "lifts make-up and sunscreen; kaolin clay clears pores; soap-free "
                "and kind to sensitive skin",
            ),
        ),
    ),
    Category(
        "pet food",
        18.0,
        490,
        5490,
        10,
        0.05,
        ("Whiskerfield", "Bravo Paws", "Old Barn"),
        ("400 g", "2 kg", "10 kg"),
        (
            style(
                "cat",
                "Cat Kibble, Salmon Pouches, Kitten Menu",
                "grain-free, tender, tasty",
                "salmon and chicken for indoor cats; taurine for eyes and heart; "
                "picky eaters clean the bowl",
            ),
            style(
                "dog",
                "Dog Kibble, Beef Chunks, Puppy Menu",
                "meaty, crunchy, wholesome",
                "lamb and rice for active dogs; glucosamine for joints; crunchy "
                "pieces that clean teeth",
            ),
            style(
                "small pets",
                "Rabbit Hay, Hamster Mix, Bird Seed",
                "sun-dried, crisp, varied",
                "meadow hay cut before flowering; seeds, herbs and dried carrot; "
                "keeps small teeth short",
            ),
        ),
    ),
    Category(
        "household",
        40.0,
        350,
        2290,
        3,
        0.20,
        ("Klarhaus", "Everclean", "Green Bucket"),
        ("500 ml", "1 l", "3 l"),
        (
            style(
                "laundry",
                "Laundry Liquid, Wool Wash, Stain Remover",
                "concentrated, fragrance-free, mild",
                "clean at thirty degrees; enzymes for grass and wine; refill pouch "
                "saves plastic",
            ),
            style(
                "kitchen cleaning",
                "Dish Soap, Dishwasher Tabs, Degreaser",
                "grease-cutting, lemony, powerful",
                "cuts baked-on grease; lemon oil, no dye; rinses clear without streaks",
            ),
            style(
                "surfaces",
                "All-Purpose Cleaner, Glass Spray, Floor Soap",
                "streak-free, plant-based, fresh",
                "for stone, wood and tile; plant-based surfactants; leaves no film "
                "on glass",
            ),
        ),
    ),
)

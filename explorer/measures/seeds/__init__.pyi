from explorer.measures.seeds.replicate_runs import MOST_SEEDS as MOST_SEEDS
from explorer.measures.seeds.replicate_runs import replicates as replicates
from explorer.measures.seeds.replicate_runs import seed_of as seed_of
from explorer.measures.seeds.spread import SeedSpread as SeedSpread
from explorer.measures.seeds.spread import measured_over_seeds as measured_over_seeds
from explorer.measures.seeds.spread import over_seeds as over_seeds
from explorer.measures.seeds.spread import seeds_report as seeds_report
from explorer.measures.seeds.spread import spread_of as spread_of

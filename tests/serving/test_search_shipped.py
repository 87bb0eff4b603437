"""Search by what fans type, in the shipped catalogue."""

from pathlib import Path

import pytest

from recsys.data.catalogue import Catalogue
from recsys.lists.resolve import CERTAIN
from recsys.serving.search import TitleSearch

SHIPPED = Path(__file__).parents[2] / "artifacts" / "catalogue.parquet"

#: What is typed -> the ids of which the first answer must be one.
TYPED = [
    ("attack on titan", {16498}),
    ("aot", {16498}),
    ("snk", {16498}),
    ("shingeki no kyojin", {16498}),
    ("進撃の巨人", {16498}),
    ("fmab", {5114}),
    ("fullmetal alchemist brotherhood", {5114}),
    ("full metal alchemist", {121, 5114}),
    ("hagane no renkinjutsushi", {121, 5114}),
    ("鋼の錬金術師", {121, 5114}),
    ("death note", {1535}),
    ("deathnote", {1535}),
    ("デスノート", {1535}),
    ("kny", {38000}),
    ("demon slayer", {38000}),
    ("kimetsu no yaiba", {38000}),
    ("鬼滅の刃", {38000}),
    ("jjk", {40748}),
    ("jujutsu kaisen", {40748}),
    ("呪術廻戦", {40748}),
    ("bnha", {31964}),
    ("my hero academia", {31964}),
    ("boku no hero", {31964}),
    ("hxh", {11061}),
    ("hunter x hunter", {11061, 136}),
    ("hunter hunter", {11061, 136}),
    ("opm", {30276}),
    ("one punch man", {30276}),
    ("onepunch man", {30276}),
    ("nge", {30}),
    ("evangelion", {30}),
    ("your name", {32281}),
    ("kimi no na wa", {32281}),
    ("君の名は", {32281}),
    ("spirited away", {199}),
    ("千と千尋の神隠し", {199}),
    ("sen to chihiro", {199}),
    ("steins gate", {9253}),
    ("steins;gate", {9253}),
    ("stiens gate", {9253}),
    ("シュタインズ ゲート", {9253}),
    ("code geass", {1575}),
    ("コードギアス", {1575}),
    ("code gaess", {1575}),
    ("sao", {11757}),
    ("sword art online", {11757}),
    ("rezero", {31240}),
    ("re zero", {31240}),
    ("konosuba", {30831}),
    ("oregairu", {14813}),
    ("snafu", {14813}),
    ("danmachi", {28121}),
    ("cowboy bebop", {1}),
    ("cowboy beebop", {1}),
    ("one piece", {21}),
    ("onepiece", {21}),
    ("ワンピース", {21}),
    ("naruto", {20}),
    ("naruto shippuden", {1735}),
    ("bleach", {269}),
    ("my neighbor totoro", {523}),
    ("my neighbour totoro", {523}),
    ("totoro", {523}),
    ("トトロ", {523}),
    ("violet evergarden", {33352}),
    ("violet evergaden", {33352}),
    ("a silent voice", {28851}),
    ("koe no katachi", {28851}),
    ("anohana", {9989}),
    ("madoka magica", {9756}),
    ("pmmm", {9756}),
    ("ttgl", {2001}),
    ("gurren lagann", {2001}),
    ("toradora", {4224}),
    ("clannad after story", {4181}),
    ("haikyuu", {20583}),
    ("haikyu", {20583}),
    ("ハイキュー", {20583}),
    ("kaguya sama love is war", {37999}),
    ("made in abyss", {34599}),
    ("vinland saga", {37521}),
    ("ghost in the shell", {43}),
    ("gits", {43}),
    ("cardcaptor sakura", {232}),
    ("sailor moon", {530}),
    ("セーラームーン", {530}),
    ("dragon ball z", {813}),
    ("dbz", {813}),
    ("pokemon", {527}),
    ("pokémon", {527}),
    ("mushishi", {457}),
    ("monster", {19}),
    ("berserk", {33, 32379}),
    ("frieren", {52991}),
    ("sousou no frieren", {52991}),
    ("葬送のフリーレン", {52991}),
    ("chainsaw man", {44511}),
    ("spy x family", {50265}),
    ("spyxfamily", {50265}),
    ("oshi no ko", {52034}),
    ("bocchi the rock", {47917}),
    ("bochi the rock", {47917}),
    ("howls moving castle", {431}),
    ("howl's moving castle", {431}),
    ("shoujo kakumei utena", {440}),
    ("revolutionary girl utena", {440}),
    ("mob psycho", {32182}),
    ("princess mononoke", {164}),
    ("mononoke hime", {164}),
    ("attack on titan season 3", {35760}),
    ("kimi no nawa", {32281}),
    ("durarara", {6746}),
    ("shigatsu wa kimi no uso", {23273}),
    ("your lie in april", {23273}),
    ("KILL LA KILL", {18679}),
    ("k-on", {5680}),
    ("k on", {5680}),
    ("けいおん", {5680}),
    ("tensura", {37430}),
    ("that time i got reincarnated as a slime", {37430}),
    ("shokugeki no soma", {28171}),
    ("food wars", {28171}),
    ("fate zero", {10087}),
    ("fate/stay night ubw", {22297}),
    ("erased", {31043}),
    ("re zero season 2", {39587}),
    ("nausicaa", {572}),
    ("yuyu hakusho", {392}),
    ("yu yu hakusho", {392}),
    ("gto", {245}),
    ("rurouni kenshin", {45}),
    ("The Ancient Magus' Bride", {35062}),
    ("After the Rain", {34984}),
    ("Ride Your Wave", {38594}),
    ("Talentless Nana", {41619}),
    ("Redo of Healer", {40750}),
    ("The Detective Is Already Dead", {46471}),
    ("Isekai Ojisan", {49220}),
    ("Kaijuu 8-gou", {52588}),
    ("Boku no Kokoro no Yabai Yatsu", {52578}),
    ("Kimi wa Houkago Insomnia", {50796}),
    ("Shingeki no Kyojin: The Final Season Part 2", {48583}),
]
#: Names of series that a special, promotion or song has too -> the series.
SERIES = [
    ("Youkoso Jitsuryoku Shijou Shugi no Kyoushitsu e", 35507),
    ("Kakushigoto", 40716),
    ("Hataraku Saibou Black", 41694),
    ("Karakuri Circus", 37447),
    ("Acchi Kocchi", 12291),
]


@pytest.fixture(scope="module")
def shipped() -> tuple[Catalogue, TitleSearch]:
    catalogue = Catalogue.load(SHIPPED)
    return catalogue, TitleSearch(catalogue)


@pytest.mark.parametrize(("query", "right"), TYPED, ids=[query for query, _ in TYPED])
def test_the_meant_title_comes_first(shipped, query, right):
    catalogue, search = shipped
    first = search.find(query, 1)
    assert first, "nothing found"
    assert int(catalogue.ids[first[0]]) in right, catalogue.title(first[0]).title


@pytest.mark.parametrize(("name", "right"), SERIES)
def test_a_series_is_meant_rather_than_its_special_of_the_same_name(shipped, name, right):
    catalogue, search = shipped
    sure = [int(catalogue.ids[position]) for position, quality in search.match(name, 3) if quality >= CERTAIN]
    assert sure[:1] in ([], [right])
    assert int(catalogue.ids[search.find(name, 1)[0]]) == right

"""A title's name with small buttons for its score: one element of the page, where buttons of Streamlit take twelve.

The style and the script of all cards are sent once, by `begin`; Streamlit would send them again with each card.
"""

from collections.abc import Callable

import streamlit as st
from streamlit.components.v2 import component

from pages.parts import pickers, resources, state
from pages.parts.text import shorten
from recsys import Title

_HTML = '<div class="rate-card"></div>'
_CSS = """
.rate-card { display: flex; flex-direction: column; gap: .25rem; }
.rate-name { font-weight: 600; line-height: 1.3; min-height: 2.6em; margin: 0; overflow-wrap: anywhere;
  display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; overflow: hidden; }
.rate-facts { font-size: .875rem; opacity: .75; margin: 0; min-height: 1.4em; overflow: hidden; white-space: nowrap;
  text-overflow: ellipsis; }
.rate-scores { display: grid; grid-template-columns: repeat(5, 1fr); gap: 3px; }
.rate-card button { min-height: 1.75rem; padding: 0; font: inherit; font-size: .875rem; color: inherit; cursor: pointer;
  background: transparent; border: 1px solid var(--st-border-color); border-radius: .375rem; }
.rate-card button:hover { border-color: var(--st-primary-color); color: var(--st-primary-color); }
.rate-card button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 1px; }
.rate-card button[aria-pressed="true"] { border-color: var(--st-primary-color); color: var(--st-primary-color);
  font-weight: 600; box-shadow: inset 0 0 0 1px var(--st-primary-color); }
.rate-card .rate-unseen { border-color: transparent; text-decoration: underline; text-underline-offset: .2em; }
"""
# Names are set as text, never as HTML.
_SCRIPT = """
function draw({ data, parentElement, setTriggerValue }) {
    const card = parentElement.querySelector(".rate-card");
    const make = (tag, className, textContent) =>
        Object.assign(document.createElement(tag), { className, textContent });
    const button = (name, text, label, answer) => {
        const made = make("button", name, text);
        made.type = "button";
        made.setAttribute("aria-label", label);
        made.onclick = () => setTriggerValue("answer", { title: data.id, ...answer });
        return made;
    };
    const scores = make("div", "rate-scores", "");
    scores.setAttribute("role", "group");
    scores.setAttribute("aria-label", `Your score of ${data.name}`);
    for (let score = 1; score <= 10; score++) {
        const pressed = data.given === score;
        const made = button("", score, `${score}`, { score: pressed ? null : score });
        made.setAttribute("aria-pressed", pressed);
        scores.append(made);
    }
    const parts = [make("p", "rate-name", data.name), make("p", "rate-facts", data.facts), scores];
    if (data.unseen) parts.push(button("rate-unseen", "Haven’t seen it", `Haven’t seen ${data.name}`, { score: 0 }));
    const focused = [...card.querySelectorAll("button")].indexOf(document.activeElement);
    card.replaceChildren(...parts);
    // The next title comes into the same place: who uses the keyboard goes on from there.
    if (focused >= 0) card.querySelectorAll("button")[focused]?.focus();
}

export default function () {
    window.drawRateCard = draw;
    for (const card of window.waitingRateCards?.splice(0) ?? []) draw(card);
}
"""
# A card may come to the browser before the script.
_CARD_SCRIPT = """
export default function (card) {
    if (window.drawRateCard) window.drawRateCard(card);
    else (window.waitingRateCards ??= []).push(card);
}
"""
_script = component("rate_cards", css=_CSS, js=_SCRIPT, isolate_styles=False)
_card = component("rate_card", html=_HTML, js=_CARD_SCRIPT, isolate_styles=False)

#: What a visitor said about a title: a score from 1 to 10, None to take it back, or 0 for "haven't seen it".
Answer = Callable[[int, int | None], None]


def begin(key: str) -> None:
    """Send what all cards need. Call it once before each group of cards; `key` is the group's."""
    _script(key=f"{key}-rate-cards", height=1)


def show(title: Title, given: float | None, key: str, answer: Answer, *, unseen: bool) -> None:
    """The card of a title whose score is `given`. `answer` gets the title's id and what was clicked; `unseen`: with a
    button for who has not seen the title. The `key` may stand for a place: another title can follow in it."""
    data = {
        "id": title.anime_id,
        "name": shorten(pickers.names_of(title)[0]),
        "facts": " · ".join(str(fact) for fact in (title.type, title.year) if fact),
        "given": None if given is None else round(given),
        "unseen": unseen,
    }
    _card(key=key, data=data, on_answer_change=lambda: _answered(st.session_state[key].get("answer"), answer))


def keep(anime_id: int, score: int | None) -> bool:
    """Keep an `Answer`; False for a title that the catalogue does not have."""
    if not resources.engine().has_title(anime_id):
        return False
    if score == 0:
        state.mark(anime_id, "unseen")
    else:
        state.rate(anime_id, score)
    return True


def _answered(said: object, answer: Answer) -> None:
    """Pass on what a browser said, if a card can have said it."""
    if not isinstance(said, dict):
        return
    anime_id, score = said.get("title"), said.get("score")
    if type(anime_id) is int and (score is None or (type(score) is int and 0 <= score <= 10)):
        answer(anime_id, score)

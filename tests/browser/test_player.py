"""The player in a real browser, on the page as it is exported."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import Opened

pytestmark = pytest.mark.browser

Opener = Callable[..., Opened]


def test_the_page_opens_from_disk_asks_nobody_for_anything_and_complains_of_nothing(
    open_page: Opener, small_page: Path
) -> None:
    opened = open_page(small_page)
    opened.call("play()")
    opened.wait("s.frames > 5")
    assert [url for url in opened.requests if not url.startswith("data:")] == [small_page.as_uri()]
    assert opened.trouble == []


def test_play_moves_the_clock_by_real_frames_and_pause_stops_it(open_page: Opener, small_page: Path) -> None:
    opened = open_page(small_page)
    opened.page.get_by_role("button", name="Play").click()
    opened.wait("s.frames > 10 && s.t > 0")
    opened.page.get_by_role("button", name="Pause").click()
    before = opened.state()
    opened.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert opened.state()["t"] == before["t"]
    assert before["playing"] is False
    assert "reports so far" in opened.page.locator("[data-part=live]").inner_text()


def test_the_dots_really_move(open_page: Opener, small_page: Path) -> None:
    opened = open_page(small_page)
    picture = "document.querySelector('canvas.tracker-moving').toDataURL()"
    opened.call("seek(14400)")
    early = opened.page.evaluate(picture)
    opened.call("seek(21600)")
    late = opened.page.evaluate(picture)
    assert early != late
    opened.call("seek(14400)")
    assert opened.page.evaluate(picture) == early


def test_play_at_the_end_begins_anew_and_stops_at_the_end(open_page: Opener, small_page: Path) -> None:
    opened = open_page(small_page)
    opened.call("seek(1e9)")
    end = opened.state()["t"]
    assert end == 43200
    assert (
        opened.page.evaluate(
            "(({ play, state }) => { play(); return state().t })(document.querySelector('.tracker').trackerPlayer)"
        )
        == 0
    )
    opened.call("seek(43150)")
    opened.wait("!s.playing && s.t === 43200")
    assert opened.page.locator("[data-part=slider]").input_value() == "43200"


def test_keys_play_step_and_go_home_only_while_the_focus_is_inside(open_page: Opener, small_page: Path) -> None:
    opened = open_page(small_page)
    keyboard = opened.page.keyboard
    keyboard.press("n")
    assert opened.state()["picked"] is None
    opened.page.locator(".tracker").focus()
    keyboard.press("n")
    assert opened.state()["picked"] == "r1"
    keyboard.press("n")
    keyboard.press("n")
    assert opened.state()["picked"] == "r3"
    keyboard.press("p")
    assert (opened.state()["picked"], opened.state()["t"]) == ("r2", 3600)
    keyboard.press("0")
    assert (opened.state()["picked"], opened.state()["t"]) == (None, 0)
    keyboard.press("k")
    assert opened.state()["playing"] is True
    keyboard.press("Space")
    assert opened.state()["playing"] is False
    keyboard.press("Control+k")
    assert opened.state()["playing"] is False


def test_keys_work_after_a_report_was_picked_from_a_list_and_after_a_press_anywhere_in_the_figure(
    open_page: Opener, small_page: Path
) -> None:
    opened = open_page(small_page)
    focused = "document.activeElement.closest('[data-part=card]') !== null"
    opened.call("seek(4 * 3600)")
    opened.page.locator(".tracker-line").first.click()
    assert opened.state()["picked"] == "r3"
    assert opened.page.evaluate(focused)
    opened.page.keyboard.press("Escape")
    assert opened.state()["picked"] is None
    assert opened.page.evaluate(focused)
    opened.page.keyboard.press("k")
    opened.wait("s.playing && s.frames > 3")
    opened.page.keyboard.press("0")
    assert opened.state()["t"] == 0
    opened.page.evaluate("document.activeElement.blur()")
    opened.page.locator("[data-part=clock]").click()
    opened.page.keyboard.press("n")
    assert opened.state()["picked"] == "r1"


def test_the_latest_reports_are_those_whose_bounds_are_past_and_say_their_bounds(
    open_page: Opener, small_page: Path
) -> None:
    opened = open_page(small_page)
    before = ["03:00–09:30", "02:30–03:00"]
    for minute, times in ((3 * 60 + 20, before), (3 * 60 + 40, ["05:10–05:40", "05:30–05:35", *before])):
        opened.call(f"seek({minute} * 60)")
        assert opened.page.locator(".tracker-line time").all_inner_texts() == times


def test_arrows_on_the_slider_move_the_clock(open_page: Opener, small_page: Path) -> None:
    opened = open_page(small_page)
    slider = opened.page.get_by_role("slider", name="Time")
    slider.focus()
    slider.press("ArrowRight")
    assert opened.state()["t"] == 60
    assert "02:01 UTC" in (slider.get_attribute("aria-valuetext") or "")


def test_a_click_on_a_report_shows_what_it_said_and_what_became_of_it(open_page: Opener, small_page: Path) -> None:
    opened = open_page(small_page)
    opened.call("seek(8 * 3600)")
    at = opened.call("pixelOf('r6')")
    opened.page.locator("[data-part=map]").click(position=at)  # type: ignore[arg-type]
    card = opened.page.locator("[data-part=card]")
    assert opened.state()["picked"] == "r6"
    said = card.inner_text()
    for part in (
        "At the gates, says a neighbour.",
        "Northgate",
        "within 3 km",
        "impossible: made up as impossible",
        "1 % if the model holds",
        "3 May, 05:30 – 05:35",
        "source unreliable, improbable",
        "driver-17",
    ):
        assert part in said, part
    link = card.get_by_role("link", name="Source")
    assert link.get_attribute("href") == "https://example.org/r6"
    assert link.get_attribute("rel") == "noopener noreferrer nofollow"
    order = ["At the gates", "The Napkin · E5", "impossible: made up"]
    assert [said.index(part) for part in order] == sorted(said.index(part) for part in order)
    opened.page.keyboard.press("Escape")
    assert opened.state()["picked"] is None


def test_a_roadblock_is_on_the_map_only_while_it_stands(open_page: Opener, small_page: Path) -> None:
    opened = open_page(small_page)
    for t, standing in ((3599, []), (3600, ["r2"]), (27000, ["r2"]), (27001, [])):
        opened.call(f"seek({t})")
        assert opened.state()["visible"]["roadblocks"] == standing, t  # type: ignore[index]


def test_a_closed_road_is_on_the_map_only_while_it_is_closed_and_the_card_says_so(
    open_page: Opener, small_page: Path
) -> None:
    opened = open_page(small_page)
    picture = "document.querySelector('canvas.tracker-closures').toDataURL()"
    open_road = opened.page.evaluate(picture)
    opened.call("seek(3600)")
    closed_road = opened.page.evaluate(picture)
    assert closed_road != open_road
    assert opened.state()["visible"]["closures"] == ["r2"]  # type: ignore[index]
    opened.page.get_by_role("checkbox", name="roadblocks").uncheck()
    assert opened.page.evaluate(picture) == open_road
    opened.page.get_by_role("checkbox", name="roadblocks").check()
    assert opened.page.evaluate(picture) == closed_road
    opened.call("seek(27001)")
    assert opened.page.evaluate(picture) == open_road
    opened.call("pick('r2')")
    told = "closed: M1, at one spot somewhere on the marked stretch"
    assert told in opened.page.locator("[data-part=card]").inner_text()
    assert told in (opened.page.locator("[data-part=list]").text_content() or "")
    assert {"closed", "dug up"} <= set(opened.page.locator("[data-part=key]").inner_text().splitlines())


def test_rivers_and_borders_follow_the_zoom_without_a_complaint(open_page: Opener, small_page: Path) -> None:
    opened = open_page(small_page)
    picture = "document.querySelector('canvas.tracker-labels').toDataURL()"
    seen = [opened.page.evaluate(picture)]
    for zoom in (4, 9, 13):
        opened.page.evaluate(
            f"document.querySelector('.tracker').trackerPlayer.map.setView([51.15, 40.3], {zoom}, {{ animate: false }})"
        )
        seen.append(opened.page.evaluate(picture))
    assert len(set(seen)) == 4
    assert opened.trouble == []


def test_a_switched_off_layer_leaves_the_picture(open_page: Opener, small_page: Path) -> None:
    opened = open_page(small_page)
    opened.call("seek(10800)")
    picture = "document.querySelector('canvas.tracker-moving').toDataURL()"
    whole = opened.page.evaluate(picture)
    for name in ("plausible histories", "90 % radius", "reports", "roadblocks"):
        box = opened.page.get_by_role("checkbox", name=name, exact=True)
        box.uncheck()
        assert opened.page.evaluate(picture) != whole, name
        box.check()
        assert opened.page.evaluate(picture) == whole, name


def test_the_list_holds_every_report_also_those_without_a_place_and_its_times_go_there(
    open_page: Opener, small_page: Path
) -> None:
    opened = open_page(small_page)
    opened.page.locator("[data-part=list-title]").click()
    rows = opened.page.locator("[data-part=list] tbody tr")
    assert rows.count() == 9
    statement = rows.filter(has_text="A spokesman says that all is quiet.")
    assert "no place given" in statement.inner_text()
    statement.get_by_role("button").click()
    assert (opened.state()["picked"], opened.state()["t"]) == ("r9", 34200)


def test_a_press_on_the_chart_goes_to_that_hour(open_page: Opener, small_page: Path) -> None:
    opened = open_page(small_page)
    chart = opened.page.locator("[data-part=canvas]")
    box = chart.bounding_box()
    assert box is not None
    chart.click(position={"x": box["width"] - 13, "y": box["height"] - 60})
    assert opened.state()["t"] == pytest.approx(43200, abs=200)
    chart.click(position={"x": 2, "y": box["height"] - 60})
    assert opened.state()["t"] == 0


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_nothing_is_wider_than_the_screen(open_page: Opener, small_page: Path, width: int) -> None:
    opened = open_page(small_page, viewport={"width": width, "height": 740})
    opened.call("pick('r6')")
    for summary in opened.page.locator("summary").all():
        summary.click()
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_every_control_is_as_large_as_a_thumb_needs(open_page: Opener, small_page: Path) -> None:
    opened = open_page(small_page, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    sizes = opened.page.eval_on_selector_all(
        ".tracker-bar button, .tracker-bar select, .tracker-slider, .tracker-layers label",
        "elements => elements.map(e => [e.getBoundingClientRect().width, e.getBoundingClientRect().height])",
    )
    assert len(sizes) == 10
    assert all(width >= 40 and height >= 40 for width, height in sizes)
    play = opened.page.locator("[data-part=play]").bounding_box()
    assert play is not None
    assert play["y"] + play["height"] <= 740


def test_whoever_wants_little_motion_gets_steps(open_page: Opener, small_page: Path) -> None:
    opened = open_page(small_page, reduced_motion="reduce")
    assert opened.state()["calm"] is True
    opened.call("play()")
    opened.wait("s.frames > 20")
    assert opened.state()["t"] % 1800 == 0  # type: ignore[operator]
    opened.wait("s.t >= 3600")
    assert opened.state()["t"] % 1800 == 0  # type: ignore[operator]


def test_a_hostile_march_is_shown_as_text_and_runs_nothing(open_page: Opener, hostile_page: Path) -> None:
    opened = open_page(hostile_page)
    scripts = opened.page.evaluate("document.scripts.length")
    dialogs: list[str] = []
    opened.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    opened.page.locator("[data-part=list-title]").click()
    opened.page.locator(".tracker").focus()
    for _ in range(12):
        opened.page.keyboard.press("n")
    card = opened.page.locator("[data-part=card]").inner_text()
    assert "</script><script>window.__hit=1</script>" in card
    assert "{{ 7919*7907 }}" in card
    opened.call("play()")
    opened.wait("s.frames > 5")
    assert opened.page.evaluate("window.__hit") is None
    assert dialogs == []
    assert opened.page.evaluate("document.scripts.length") == scripts
    assert opened.page.locator(".tracker img, .tracker iframe, .tracker [onerror]").count() == 0
    addresses = opened.page.eval_on_selector_all(".tracker-card a, figcaption a", "links => links.map(a => a.protocol)")
    assert set(addresses) <= {"https:", "http:"}
    assert [url for url in opened.requests if not url.startswith("data:")] == [hostile_page.as_uri()]
    assert opened.trouble == []


def test_destroy_leaves_no_listener_and_the_figure_can_be_started_again(open_page: Opener, small_page: Path) -> None:
    opened = open_page(small_page)
    opened.call("destroy()")
    opened.page.locator(".tracker").focus()
    opened.page.keyboard.press("k")
    assert opened.state()["playing"] is False
    assert opened.page.locator(".leaflet-pane").count() == 0
    opened.page.evaluate(
        """() => {
          const root = document.querySelector('.tracker');
          const scene = JSON.parse(root.querySelector('.tracker-scene').textContent);
          root.trackerPlayer = TrackerPlayer.attach(root, scene, { leaflet: L });
        }"""
    )
    opened.call("play()")
    opened.wait("s.frames > 3")
    assert opened.trouble == []


def test_two_players_on_one_page_keep_to_themselves(open_page: Opener, small_page: Path) -> None:
    opened = open_page(small_page)
    first, second = opened.page.evaluate(
        """() => {
          const one = document.querySelector('.tracker'), two = one.cloneNode(true);
          const scene = JSON.parse(one.querySelector('.tracker-scene').textContent);
          for (const part of ['map', 'units', 'layers', 'key', 'card']) {
            two.querySelector(`[data-part=${part}]`).replaceChildren();
          }
          two.querySelector('[data-part=map]').className = 'tracker-map';
          document.querySelector('main').append(two);
          two.trackerPlayer = TrackerPlayer.attach(two, scene, { leaflet: L });
          two.trackerPlayer.pick('r7');
          return [one, two].map((root) => root.trackerPlayer.state().picked);
        }"""
    )
    assert (first, second) == (None, "r7")
    assert opened.page.locator("[id]").count() == 0
    assert opened.trouble == []


def test_the_player_lives_in_a_shadow_tree_and_tells_where_it_was_clicked(open_page: Opener, small_page: Path) -> None:
    opened = open_page(small_page)
    picked = opened.page.evaluate(
        """() => {
          const old = document.querySelector('.tracker');
          const scene = JSON.parse(old.querySelector('.tracker-scene').textContent);
          old.trackerPlayer.destroy();
          const host = document.createElement('div');
          old.replaceWith(host);
          const shadow = host.attachShadow({ mode: 'open' });
          shadow.append(...[...document.querySelectorAll('style')].map((style) => style.cloneNode(true)), old);
          const told = [];
          const player = TrackerPlayer.attach(old, scene, { leaflet: L, onPick: (place) => told.push(place) });
          player.seek(3600 * 3);
          const at = player.pixelOf('r2'), box = player.map.getContainer().getBoundingClientRect();
          player.map.getContainer().dispatchEvent(new MouseEvent('click', {
            bubbles: true, clientX: box.left + at.x, clientY: box.top + at.y }));
          return told;
        }"""
    )
    assert len(picked) == 1
    assert picked[0]["report"] == "r2"
    assert picked[0]["lon"] == pytest.approx(40.15, abs=0.03)
    assert picked[0]["lat"] == pytest.approx(51.40, abs=0.03)
    assert picked[0]["time"] == "2031-05-03T05:00:00.000Z"


def test_on_paper_the_controls_are_gone_and_map_and_chart_remain(open_page: Opener, small_page: Path) -> None:
    opened = open_page(small_page)
    opened.page.emulate_media(media="print")
    assert not opened.page.locator("[data-part=play]").is_visible()
    assert opened.page.locator("canvas.tracker-moving").is_visible()
    assert opened.page.locator("[data-part=canvas]").is_visible()
    assert opened.page.locator("[data-part=clock]").is_visible()
    assert opened.page.locator("figcaption").is_visible()

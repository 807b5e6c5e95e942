"""A client of Overpass that waits its turn, asks again where that helps, and gives up with a reason."""

import email.utils
import re
from importlib.metadata import version

import requests
import urllib3

from tracker.model import BadRoads, TrackerError
from tracker.roads.download.answers import Answer, read_answer
from tracker.roads.download.patience import Clock, Patience, Refused, TooMuch, Unanswered
from tracker.roads.download.queries import SECONDS

MOST_BYTES = 32 << 20
"""Bytes of one answer at which its tile is split."""
_SLOW_S = 4 * SECONDS
_ALL_RUNNING_S = 5.0
"""Seconds until the status is asked for again while all our slots run queries, whose ends nobody knows."""
_TOO_MUCH = re.compile(r"timed out|(?:ran|run) out of memory", re.IGNORECASE)
_BUSY = re.compile(r"too busy|rate_limited|dispatcher_client|too many requests", re.IGNORECASE)


def user_agent() -> str:
    """What servers are told about who asks."""
    return f"convoy-tracker/{version('convoy-tracker')} (open-source reconstruction of marches; python-requests)"


class Overpass:
    """One server, asked one question at a time."""

    # osmnx is not used here: its public functions ask for ways alone, without turn restrictions and posts, and
    # its requests wait without an end, take no clock, and pin the server's address for the whole process.

    def __init__(self, endpoint: str, *, clock: Clock, patience: Patience) -> None:
        self.endpoint = checked_address(endpoint)
        self.clock, self.patience = clock, patience
        self.session = requests.Session()
        self.session.headers["User-Agent"] = user_agent()

    def ask(self, query: str) -> tuple[bytes, Answer]:
        """The answer to a query, as it came and as it reads.

        Raises
        ------
        TooMuch
            Time or memory of the server did not suffice, or the answer is too long.
        Unanswered
            The server is busy for too long, cannot be reached, refuses the query, or answers what is no answer.
        """
        self._wait_for_slot()
        return self.patience.ask(lambda: self._attempt(query))

    def _wait_for_slot(self) -> None:
        """Wait as long as the server's status says; where it says nothing, not at all: the answer will tell."""
        while (seconds := self._seconds_to_slot()) > 0:
            self.patience.wait(seconds, why=f"{self.endpoint} has no slot free for us")

    def _seconds_to_slot(self) -> float:
        try:
            with self.session.get(
                f"{self.endpoint}/status", timeout=30, allow_redirects=False, stream=True
            ) as response:
                text = self._body(response, self.clock.now()) if response.ok else b""
        except (requests.RequestException, urllib3.exceptions.HTTPError, TooMuch):
            return 0.0
        return seconds_to_slot(text[:10_000].decode("utf-8", "replace"))

    def _attempt(self, query: str) -> tuple[bytes, Answer]:
        started = self.clock.now()
        try:
            with self.session.post(
                f"{self.endpoint}/interpreter",
                data={"data": query},
                timeout=(30, SECONDS + 60),
                allow_redirects=False,
                stream=True,
            ) as response:
                raw = self._body(response, started)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise Refused(f"{self.endpoint} {_trouble(error)}", busy=False) from None
        self._check_status(response, raw)
        return raw, self._read(raw)

    def _body(self, response: requests.Response, started: float) -> bytes:
        raw = bytearray()
        # Not iter_content: it waits until a part is full, so a server that trickles would be waited for without an end.
        while part := response.raw.read1(1 << 16, decode_content=True):
            raw += part
            if len(raw) > MOST_BYTES:
                raise TooMuch(f"the answer is longer than {MOST_BYTES:,} bytes")
            if self.clock.now() - started > _SLOW_S:
                raise TooMuch(f"the answer took longer than {_SLOW_S} seconds")
        return bytes(raw)

    def _check_status(self, response: requests.Response, raw: bytes) -> None:
        code, said = response.status_code, page_text(raw)
        who = f"{self.endpoint} answered {code}"
        if code == 429 or code in (502, 503, 504):
            after = _retry_after(response.headers.get("Retry-After"), self.clock.now())
            if after is None and code == 429:
                after = self._seconds_to_slot() or None
            meaning = "too many requests from here" if code == 429 else "too busy"
            raise Refused(f"{who}, {meaning}", busy=True, after=after)
        if code >= 500:
            raise Refused(f"{who} ({said})", busy=False)
        if 300 <= code < 400:
            raise Unanswered(
                f"{who} and points to {response.headers.get('Location', '')[:100]!r}; give that as endpoint="
            )
        if code == 403 or code == 401:
            raise Unanswered(f"{who}: it does not serve us ({said}); give another server as endpoint=")
        if code != 200:
            raise Unanswered(f"{who} ({said}); check the endpoint, as in https://overpass-api.de/api")

    def _read(self, raw: bytes) -> Answer:
        if raw.lstrip()[:1] == b"<":
            said = page_text(raw)
            if _TOO_MUCH.search(said) and not _BUSY.search(said):
                raise TooMuch(said)
            raise Refused(f"{self.endpoint} answered a page instead of data ({said})", busy=bool(_BUSY.search(said)))
        try:
            answer = read_answer(raw)
        except BadRoads as error:
            raise Refused(f"{self.endpoint} answered what is no answer of Overpass: {error}", busy=False) from None
        # The code is 200 all the same when the server breaks off, and what it has by then looks like an answer.
        if "error" in answer.remark.lower():
            if _TOO_MUCH.search(answer.remark) and not _BUSY.search(answer.remark):
                raise TooMuch(answer.remark[:200])
            busy = bool(_BUSY.search(answer.remark))
            raise Refused(f"{self.endpoint} remarked {answer.remark[:200]!r}", busy=busy)
        return answer


def checked_address(endpoint: str) -> str:
    """An address of a server without its last slash.

    Raises
    ------
    TrackerError
        It is no address.
    """
    if not re.fullmatch(r"https?://[^\s/?#@\ud800-\udfff]+(/[^\s?#\ud800-\udfff]*)?", endpoint):
        raise TrackerError(f"endpoint {endpoint[:100]!a} is no address; give one as in https://overpass-api.de/api")
    return endpoint.rstrip("/").removesuffix("/interpreter")


def seconds_to_slot(status: str) -> float:
    """Seconds until the server takes a question of ours, read from its status page.

    >>> seconds_to_slot("Connected as: 1\\nRate limit: 2\\n1 slots available now.")
    0.0
    >>> seconds_to_slot("Rate limit: 2\\nSlot available after: 2023-06-24T12:00:07Z, in 7 seconds.")
    8.0
    """
    limit = re.search(r"^Rate limit: (\d{1,6})", status, re.MULTILINE)
    if not limit or limit[1] == "0" or re.search(r"^[1-9]\d* slots available now", status, re.MULTILINE):
        return 0.0
    waits = re.findall(r"^Slot available after: .*in (-?\d{1,6}) seconds", status, re.MULTILINE)
    return max(1.0, min(map(float, waits)) + 1) if waits else _ALL_RUNNING_S


def page_text(raw: bytes) -> str:
    """What an HTML page or a text says, shortened."""
    text = raw[:5_000].decode("utf-8", "replace")
    text = re.sub(r"<(head|style|script)\b.*?</\1>|<[^>]{0,500}>", " ", text, flags=re.DOTALL | re.IGNORECASE)
    return " ".join(text.split())[-300:] or "nothing more said"


def _retry_after(value: str | None, now: float) -> float | None:
    """Seconds that a Retry-After header asks for, which is a number or a date."""
    if value is None:
        return None
    if re.fullmatch(r"\d{1,6}", value.strip()):
        return max(1.0, float(value))
    try:
        return max(1.0, email.utils.parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def _trouble(error: Exception) -> str:
    """What went wrong on the way, in words."""
    text = repr(error)
    if "NameResolution" in text or "getaddrinfo" in text:
        return "is not known to the name service; check the connection and the address"
    if isinstance(error, requests.exceptions.ProxyError):
        return "cannot be reached through the proxy; check its settings"
    if isinstance(error, requests.exceptions.SSLError):
        return "has a certificate that cannot be trusted"
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return "did not answer in time"
    if "refused" in text:
        return "refuses connections; check the address"
    return "broke the connection off"

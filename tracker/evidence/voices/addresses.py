"""One spelling for the many addresses of one page."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

_TRACKING = re.compile(
    r"^(utm_.*|fbclid|gclid|yclid|dclid|msclkid|mc_[ce]id|igshid|ref|ref_src|ref_url|cmpid|cmp|ocid|feature|si|_openstat)$"
)
_ARCHIVED = re.compile(r"^(?:https?://)?web\.archive\.org/web/[0-9]{1,14}[a-z_*]*/(.+)$", re.IGNORECASE)
_FRONTS = ("www.", "m.", "mobile.", "amp.")
_TELEGRAM = ("telegram.me", "telegram.dog", "t.me")


def plain_address(url: str) -> str:
    """The address without all that does not name the page; empty for what is no web address.

    Taken off are scheme, ``www.``, ``m.``, ``mobile.`` and ``amp.``, port, user, tracking parameters, fragment,
    trailing slash, a last ``/amp`` and the wrapper of web.archive.org; a Telegram post has one form; x.com is
    twitter.com; parameters that remain are in order.

    Examples
    --------
    >>> plain_address("https://www.example.org/news/1/?utm_source=tg&id=7#top")
    'example.org/news/1?id=7'
    >>> plain_address("https://web.archive.org/web/20230624101500/http://m.example.org/a/")
    'example.org/a'
    >>> plain_address("https://t.me/s/baza/123?single") == plain_address("http://telegram.me/baza/123")
    True
    """
    text = url.strip()
    for _ in range(3):  # an archive may hold an archived page
        if (wrapped := _ARCHIVED.match(text)) is None:
            break
        text = wrapped[1]
    if "://" not in text:
        text = "https://" + text
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or "." not in host:
        return ""
    for front in _FRONTS:
        if host.startswith(front) and host.count(".") > 1:
            host = host.removeprefix(front)
    host = {"x.com": "twitter.com"}.get(host, host)
    path = re.sub(r"/{2,}", "/", parts.path).rstrip("/").removesuffix("/amp").rstrip("/")
    if host in _TELEGRAM:
        return "t.me" + path.removeprefix("/s").lower() if path.startswith("/s/") else "t.me" + path.lower()
    asked = sorted((k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(k.lower()))
    return host + path + ("?" + urlencode(asked) if asked else "")

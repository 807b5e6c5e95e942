"""XML without DTD, entities or links to elsewhere."""

from typing import Any

from .grid import Refused
from .source import Source


def tree(data: bytes) -> Any:
    """The root element.

    Raises
    ------
    Refused
        When there is a DTD or an entity, or it is not sound XML.
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        return fromstring(data, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException:
        raise Refused("has a DTD or entities, which can read other files or grow without end", "remove them") from None
    except ParseError as error:
        raise Refused(f"is not sound XML: {error}", "save it again") from None
    except (ValueError, LookupError) as error:
        raise Refused(f"is XML in an encoding that cannot be read ({error})"[:200], "save it as UTF-8") from None


def root_of(source: Source, data: bytes, *, name: str) -> Any:
    """The root element of a file of the format that is called ``name`` like its root.

    Raises
    ------
    Refused
        As `tree` does, or when the root has another name.
    """
    source.no_layers(name.upper())
    root = tree(data)
    if local(root) != name:
        raise Refused(f"is XML with the root {local(root)[:40]!r}, not {name.upper()}", f"save it as {name.upper()}")
    return root


def local(element: Any) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def child(element: Any, name: str) -> Any:
    """The first child of that name, or None."""
    return next((inner for inner in element if local(inner) == name), None)


def words(element: Any, name: str) -> str:
    """The text of the first child of that name; empty without one."""
    found = child(element, name)
    return "" if found is None else (found.text or "").strip()

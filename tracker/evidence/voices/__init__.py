"""Who speaks after whom: reposts and events among reports, suggested, merged and counted."""

from tracker.evidence.voices.addresses import plain_address
from tracker.evidence.voices.chains import merge_origins, origins_after
from tracker.evidence.voices.events import corroboration
from tracker.evidence.voices.near import same_event
from tracker.evidence.voices.suggestions import suggest_links

__all__ = ["corroboration", "merge_origins", "origins_after", "plain_address", "same_event", "suggest_links"]

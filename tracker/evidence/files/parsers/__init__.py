"""What runs in the parsing process: bytes of one format in, text cells out, and nothing else of the tracker loaded.

The modules here import each other relatively and only the standard library at their tops, because the process loads
this folder alone: importing ``tracker.evidence`` would cost it pandas and geopandas, which is most of a second.
"""

"""Where what this program says of CanvOS comes from: the vendor's pages, and the tag up to which its files were read. Their only home.

The pages move from time to time; what a checkout says wins over all that was read elsewhere.
"""

from __future__ import annotations

_DOCS = "https://docs.spectrocloud.com/clusters/edge"
GUIDE = f"{_DOCS}/edgeforge-workflow/palette-canvos/build-provider-images/build-aws-cloud-image/"
MATRIX = f"{_DOCS}/edge-compatibility-matrix/"
SEEN_UP_TO = "v4.10.0-rc.10"  # the highest tag whose files were read when the claims about them were written
KNOWN = f"canvos-tui knows CanvOS up to {SEEN_UP_TO}"
SEEN = f"seen in CanvOS up to {SEEN_UP_TO}"

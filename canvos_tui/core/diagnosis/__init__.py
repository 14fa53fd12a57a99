"""Why a build failed: the catalogue of known errors and the search for the first of them."""

"""The vendor's table as it lies in the package; the rules on it are tested in tests/core/checkout/test_compatibility.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from canvos_tui.adapters import compatibility
from canvos_tui.core.errors import CanvosError


@pytest.mark.parametrize("text", [None, "{", "[]", '{"date": "2026-11-26"}', '{"date": "2026-11-26", "rows": [{"palette": "4.9.48"}]}'])
def test_a_damaged_installation_is_called_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None) -> None:
    if text is not None:
        (tmp_path / "compatibility.json").write_text(text)
    monkeypatch.setattr(compatibility, "get_data", lambda _, name: (tmp_path / name).read_bytes())
    with pytest.raises(CanvosError) as caught:
        compatibility.load_matrix.__wrapped__()
    assert caught.value.message.startswith("the compatibility matrix cannot be read: ")
    assert caught.value.remedy == "install canvos-tui again; a file of it is damaged"

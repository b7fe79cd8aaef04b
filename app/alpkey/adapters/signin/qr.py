"""QR codes, for the camera of another device."""


def rows(text: str) -> tuple[str, ...]:
    """``text`` as rows of 0 (light) and 1 (dark), with the light margin that readers need."""
    import segno

    code = segno.make_qr(text, error="m")
    return tuple(
        "".join("1" if dark else "0" for dark in row) for row in code.matrix_iter(border=4)
    )

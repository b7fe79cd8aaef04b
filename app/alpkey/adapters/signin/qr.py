"""QR codes, for the camera of another device."""


def rows(text: str) -> tuple[str, ...]:
    """``text`` as rows of 0 (light) and 1 (dark), with the light margin that readers need.

    None where no code holds a text of that length.
    """
    import segno

    try:
        code = segno.make_qr(text, error="m")
    except segno.DataOverflowError:
        return ()
    return tuple(
        "".join("1" if dark else "0" for dark in row) for row in code.matrix_iter(border=4)
    )

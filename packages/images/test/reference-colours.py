"""Makes reference-colours.json: what the pictures of the corpus look like to another decoder and another colour management.

    python -m venv /tmp/reference && /tmp/reference/bin/pip install pillow numpy imagecodecs
    /tmp/reference/bin/python reference-colours.py CORPUS > reference-colours.json

For each picture the mean colours (sRGB, on white, upright) of the cells of a grid of 4 x 4, row by row; of all of it where it is tiny. Pillow decodes, LittleCMS
applies the profiles; 16-bit PNGs are decoded and converted with all of their bits, for which Pillow has no mode.
"""

import io
import json
import struct
import sys
from pathlib import Path

import imagecodecs
import numpy
from PIL import Image, ImageCms, ImageOps

GRID = 4
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
SRGB_POINTS = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)


def png_chunks(data):
    at, chunks = 8, {}
    while at + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        if kind == b"IDAT":
            break
        chunks.setdefault(kind.decode("latin1"), data[at + 8 : at + 8 + length])
        at += 12 + length
    return chunks


def to_linear(srgb):
    return numpy.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def to_srgb(linear):
    linear = numpy.clip(linear, 0, 1)
    return numpy.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def matrix_of(points):
    white, *primaries = [numpy.array([x / y, 1, (1 - x - y) / y]) for x, y in zip(points[::2], points[1::2])]
    columns = numpy.array(primaries).T
    return columns * numpy.linalg.solve(columns, white)


def by_gamma(colours, chunks):
    """gAMA and cHRM of a PNG without a profile; both as nearly all files have them mean sRGB."""
    if "sRGB" in chunks:
        return colours
    gamma = struct.unpack(">I", chunks["gAMA"])[0] / 100000 if "gAMA" in chunks else 0
    points = [value / 100000 for value in struct.unpack(">8I", chunks["cHRM"])] if "cHRM" in chunks else SRGB_POINTS
    usual_points = numpy.allclose(points, SRGB_POINTS, atol=0.003)
    if usual_points and (gamma == 0 or abs(gamma - 0.45455) < 0.01):
        return colours
    linear = colours ** (1 / gamma) if gamma else to_linear(colours)
    if not usual_points:
        linear = linear @ (numpy.linalg.inv(matrix_of(SRGB_POINTS)) @ matrix_of(points)).T
    return to_srgb(linear)


def on_white(colours, alpha):
    return colours if alpha is None else colours * alpha[..., None] + 1 - alpha[..., None]


def deep_png(data):
    chunks = png_chunks(data)
    samples = imagecodecs.png_decode(data)
    samples = samples.reshape(samples.shape[0], samples.shape[1], -1)
    alpha = samples[..., -1] / 65535 if samples.shape[2] in (2, 4) else None
    bands = samples[..., : samples.shape[2] - (alpha is not None)]
    profile = Image.open(io.BytesIO(data)).info.get("icc_profile")
    if profile:
        space = "gray" if bands.shape[2] == 1 else "rgb"
        made = imagecodecs.cms_transform(
            numpy.ascontiguousarray(bands.squeeze()), profile, SRGB, colorspace=space, outcolorspace="rgb", outdtype="uint16", intent=0
        )
        return on_white(made / 65535, alpha)
    return on_white(by_gamma(numpy.repeat(bands, 3, axis=2)[..., :3] / 65535 if bands.shape[2] == 1 else bands / 65535, chunks), alpha)


def usual(data):
    image = Image.open(io.BytesIO(data))
    chunks = png_chunks(data) if image.format == "PNG" else {}
    profile = image.info.get("icc_profile")
    image = ImageOps.exif_transpose(image)
    alpha = None
    if "A" in image.getbands() or "transparency" in image.info:
        alpha = numpy.asarray(image.convert("RGBA"))[..., 3] / 255
    if image.mode in ("P", "LA", "RGBA", "1", "PA", "I;16", "I"):
        image = image.convert("L" if image.mode in ("LA", "1") else "RGB")
    if profile:
        try:
            image = ImageCms.profileToProfile(image, io.BytesIO(profile), io.BytesIO(SRGB), renderingIntent=0, outputMode="RGB")
        except ImageCms.PyCMSError:
            pass
    colours = numpy.asarray(image.convert("RGB")) / 255
    return on_white(colours if profile else by_gamma(colours, chunks), alpha)


def cells(colours):
    height, width = colours.shape[:2]
    count = GRID if min(height, width) >= GRID * 4 else 1
    edges = lambda side: [index * side // count for index in range(count + 1)]
    rows, columns = edges(height), edges(width)
    means = [
        colours[top:bottom, left:right].reshape(-1, 3).mean(axis=0) * 255
        for top, bottom in zip(rows, rows[1:])
        for left, right in zip(columns, columns[1:])
    ]
    return [[round(float(value), 1) for value in mean] for mean in means]


def main(corpus):
    found = {}
    for path in sorted(corpus.glob("photos/**/*")):
        if path.suffix.lower() not in (".jpg", ".jpeg", ".png", ".webp", ".gif"):
            continue
        data = path.read_bytes()
        # Without a profile, how ink looks is a matter of taste.
        if b"Adobe" in data[:400] and path.parent.name == "cmyk":
            continue
        is_deep = data[:4] == b"\x89PNG" and data[24] == 16
        try:
            colours = deep_png(data) if is_deep else usual(data)
        except Exception as error:
            print(path, error, file=sys.stderr)
            continue
        found[str(path.relative_to(corpus))] = cells(colours)
    lines = [f"  {json.dumps(file)}: {json.dumps(means, separators=(',', ':'))}" for file, means in found.items()]
    print("{\n" + ",\n".join(lines) + "\n}")


main(Path(sys.argv[1]))

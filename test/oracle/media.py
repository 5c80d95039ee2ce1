"""Makes test/data/media: pictures and videos of hard shapes, and what HF's processors make of them.

Every picture is processed alone. Rows of patches hold the two equal copies of a picture; one is stored, as the 8-bit
values that normalisation started from (exact: each f32 value belongs to one of them).
"""

import io
import json
import shutil
import struct
import zlib
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.numpy import save_file
from transformers import AutoTokenizer, Qwen2VLImageProcessor, Qwen3VLProcessor, Qwen3VLVideoProcessor
from transformers.image_utils import load_image
from transformers.video_utils import VideoMetadata

ROOT = Path(__file__).resolve().parents[2]
MEDIA = ROOT / "test" / "data" / "media"

SMALL = {"shortest_edge": 64 * 64, "longest_edge": 96 * 96}
HALF = [0.5, 0.5, 0.5]
# Processors' files; the first is Qwen3-VL's with less room.
IMAGE_CONFIGS = {
    "qwen3_vl": {"size": SMALL, "patch_size": 16, "temporal_patch_size": 2, "merge_size": 2, "image_mean": HALF,
                 "image_std": HALF, "image_processor_type": "Qwen2VLImageProcessorFast"},
    "clip": {"min_pixels": 3136, "max_pixels": 7056},
    "merge3": {"size": SMALL, "patch_size": 8, "merge_size": 3, "image_mean": HALF, "image_std": HALF},
    "no_resize": {"do_resize": False, "patch_size": 16, "image_mean": HALF, "image_std": HALF},
    "rescale_only": {"size": SMALL, "patch_size": 16, "do_normalize": False},
    "normalize_only": {"size": SMALL, "patch_size": 16, "do_rescale": False, "image_mean": [123.7, 116.3, 103.5],
                       "image_std": [58.4, 57.1, 57.4]},
    "neither": {"size": SMALL, "patch_size": 16, "do_rescale": False, "do_normalize": False},
}
LESS = {"size": {"shortest_edge": 4 * 32 * 32, "longest_edge": 6 * 40 * 40}, "patch_size": 8}
VIDEO_CONFIGS = {
    "qwen3_vl": {"size": {"shortest_edge": 4096, "longest_edge": 4 * 64 * 64}},
    "fps_1": LESS | {"fps": 1, "min_frames": 2},
    "num_frames": LESS | {"fps": None, "num_frames": 5},
    "more_than_there": LESS | {"fps": None, "num_frames": 9},
    "all": LESS | {"do_sample_frames": False},
    "fps_null": LESS | {"fps": None, "max_frames": 6},
    "temporal_3": LESS | {"temporal_patch_size": 3},
    "capped": {"size": {"shortest_edge": 1024, "longest_edge": 6 * 64 * 64}, "patch_size": 8,
               "cap_pixels_per_frame": True, "max_video_tokens": 5},
}


def noise(height, width, channels=3, seed=0):
    shape = (height, width, channels) if channels > 1 else (height, width)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def scene(height, width, seed=0):
    """Slopes, rings and hard edges in three channels."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    y, x = (y + 0.5) / height, (x + 0.5) / width
    rings = np.sin((np.hypot(x - 0.3, y - 0.6) * (20 + seed)) ** 2)
    checks = (np.floor(x * 9) + np.floor(y * 7)) % 2
    rgb = np.stack([255 * x, 127 + 127 * rings, 40 + 180 * checks * y], -1)
    return np.clip(np.round(rgb), 0, 255).astype(np.uint8)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, depth, color_type, samples, extra=()):
    """A PNG of big-endian samples, [height, width * channels]."""
    rows = []
    for row in samples:
        if depth == 16:
            rows.append(np.asarray(row, ">u2").tobytes())
        else:
            bits = np.unpackbits(np.asarray(row, np.uint8)[:, None], axis=1)[:, 8 - depth:]
            rows.append(np.packbits(bits.reshape(-1)).tobytes())
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, 0))
            + b"".join(chunk(*e) for e in extra) + chunk(b"IDAT", data) + chunk(b"IEND", b""))


def interlaced(image):
    """An Adam7 PNG of an RGB picture."""
    height, width = image.shape[:2]
    data = b""
    for y0, x0, dy, dx in [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2),
                           (1, 0, 2, 1)]:
        part = image[y0::dy, x0::dx]
        if part.size:
            data += b"".join(b"\0" + row.tobytes() for row in part)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 1))
            + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b""))


def saved(image, kind, **options):
    out = io.BytesIO()
    if isinstance(image, np.ndarray):
        image = Image.fromarray(image)
    image.save(out, kind, **options)
    return out.getvalue()


def exif(orientation):
    data = Image.Exif()
    data[274] = orientation
    data[271] = "camera"
    return data.tobytes()


def with_alpha(height, width, seed=0):
    alpha = np.linspace(0, 255, height * width).reshape(height, width, 1)
    return np.concatenate([scene(height, width, seed), np.round(alpha).astype(np.uint8)], -1)


def animation():
    """Its first frame is smaller than the canvas."""
    frames = [Image.fromarray(with_alpha(40, 60, s)) for s in range(2)]
    canvas = [Image.new("RGBA", (72, 50)) for _ in frames]
    for to, frame in zip(canvas, frames):
        to.paste(frame, (8, 6))
    return saved(canvas[0], "WEBP", save_all=True, append_images=canvas[1:], lossless=True, minimize_size=True)


def palette_png(depth, colors, extra, seed=0):
    count = 1 << depth
    rng = np.random.default_rng(seed)
    table = rng.integers(0, 256, (colors, 3), dtype=np.uint8).tobytes()
    samples = rng.integers(0, min(count, colors), (41, 45))
    return png(45, 41, depth, 3, samples, [(b"PLTE", table)] + extra)


def gray_png(depth, extra=()):
    top = (1 << depth) - 1
    samples = np.round(np.linspace(0, top, 43 * 39)).astype(int).reshape(39, 43)
    return png(43, 39, depth, 0, samples, extra)


def images():
    """{file: (bytes, name of its configuration)}"""
    shorts = np.round(np.linspace(0, 700, 40 * 42)).astype(int).reshape(40, 42)
    deep = np.round(np.linspace(0, 65535, 40 * 44 * 3)).astype(int).reshape(40, 132)
    deep_alpha = np.round(np.linspace(65535, 0, 40 * 44 * 4)).astype(int).reshape(40, 176)
    la = np.stack([noise(40, 44, 1, 5), scene(40, 44)[..., 0]], -1).reshape(40, 88)
    cmyk = Image.fromarray(np.concatenate([scene(60, 80), noise(60, 80, 1, 2)[..., None] // 2], -1), "CMYK")
    files = {
        "rgb-noise.png": saved(noise(57, 83), "PNG"),
        "exact-size.png": saved(noise(64, 96), "PNG"),
        "one-side-exact.png": saved(noise(96, 150), "PNG"),
        "width-kept.png": saved(noise(81, 96), "PNG"),
        "1x1.png": saved(noise(1, 1), "PNG"),
        "2x1.png": saved(noise(1, 2), "PNG"),
        "3x200.png": saved(noise(200, 3), "PNG"),
        "200x1.png": saved(noise(1, 200), "PNG"),
        "16-to-1.png": saved(scene(20, 320), "PNG"),
        "1-to-16.png": saved(scene(320, 20), "PNG"),
        "round-half-even.png": saved(noise(80, 48), "PNG"),
        "large.jpg": saved(scene(700, 900), "JPEG", quality=30),
        "huge-flat.png": saved(np.full((2500, 3500, 3), (200, 30, 90), np.uint8), "PNG"),
        "gray-1.png": gray_png(1),
        "gray-2.png": gray_png(2),
        "gray-4.png": gray_png(4),
        "gray-8.png": gray_png(8),
        "gray-16.png": png(42, 40, 16, 0, shorts),
        "gray-1-trns.png": gray_png(1, [(b"tRNS", struct.pack(">H", 0))]),
        "gray-2-trns.png": gray_png(2, [(b"tRNS", struct.pack(">H", 85))]),
        "gray-4-trns.png": gray_png(4, [(b"tRNS", struct.pack(">H", 34))]),
        "gray-8-trns.png": gray_png(8, [(b"tRNS", struct.pack(">H", 100))]),
        "gray-16-trns.png": png(42, 40, 16, 0, shorts, [(b"tRNS", struct.pack(">H", 256 + 77))]),
        "gray-alpha-8.png": png(44, 40, 8, 4, la),
        "gray-alpha-16.png": png(44, 40, 16, 4, la.astype(int) * 257 - 100 * (la > 100)),
        "rgb-16.png": png(44, 40, 16, 2, deep),
        "rgb-16-trns.png": png(44, 40, 16, 2, deep, [(b"tRNS", struct.pack(">HHH", 0, 12, 24))]),
        "rgb-8-trns.png": png(3, 1, 8, 2, [[1, 2, 3, 9, 8, 7, 255, 0, 255]],
                              [(b"tRNS", struct.pack(">HHH", 256 + 9, 8, 7))]),
        "rgba-8.png": saved(with_alpha(50, 70), "PNG"),
        "rgba-16.png": png(44, 40, 16, 6, deep_alpha),
        "palette-1.png": palette_png(1, 2, []),
        "palette-2-trns.png": palette_png(2, 4, [(b"tRNS", bytes([255, 0]))]),
        "palette-4.png": palette_png(4, 11, []),
        "palette-8.png": palette_png(8, 256, []),
        "palette-8-trns.png": palette_png(8, 200, [(b"tRNS", bytes(range(0, 180)))]),
        "palette-missing-colors.png": png(8, 2, 8, 3, [[0, 1, 2, 3, 4, 5, 255, 1]] * 2, [(b"PLTE", bytes(range(9)))]),
        "interlaced.png": interlaced(noise(45, 37)),
        "interlaced-narrow.png": interlaced(noise(5, 3)),
        "orientation.png": saved(scene(40, 60), "PNG", exif=exif(6)),
        "gray.jpg": saved(scene(90, 61)[..., 1], "JPEG", quality=80),
        "progressive.jpg": saved(scene(133, 177), "JPEG", quality=75, progressive=True),
        "444.jpg": saved(scene(75, 99), "JPEG", quality=90, subsampling=0),
        "422.jpg": saved(scene(75, 99), "JPEG", quality=70, subsampling=1),
        "420-odd.jpg": saved(noise(51, 77), "JPEG", quality=50, subsampling=2),
        "rgb-coded.jpg": saved(scene(75, 99), "JPEG", quality=85, keep_rgb=True),
        "cmyk.jpg": saved(cmyk, "JPEG", quality=90),
        "lossy.webp": saved(scene(70, 90), "WEBP", quality=60),
        "lossless.webp": saved(noise(33, 47), "WEBP", lossless=True),
        "lossy-alpha.webp": saved(with_alpha(60, 50), "WEBP", quality=70),
        "lossless-alpha.webp": saved(with_alpha(50, 60), "WEBP", lossless=True, exact=True),
        "animation.webp": animation(),
        "wrong-name.png": saved(scene(64, 64), "JPEG", quality=70),
    }
    for orientation in range(1, 9):
        files[f"orientation-{orientation}.jpg"] = saved(scene(30, 50), "JPEG", quality=85, exif=exif(orientation))
    files["orientation.webp"] = saved(scene(30, 50), "WEBP", lossless=True, exif=exif(8))
    result = {name: (data, "qwen3_vl") for name, data in files.items()}
    result["clip.png"] = (saved(noise(61, 74, seed=7), "PNG"), "clip")
    result["merge3.png"] = (saved(noise(61, 74, seed=8), "PNG"), "merge3")
    for config in ("no_resize", "rescale_only", "normalize_only", "neither"):
        result[f"{config}.png"] = (saved(noise(32, 64, seed=9), "PNG"), config)
    return result


def normalized_values(processor):
    """[3, 256]: what each 8-bit value of a channel becomes."""
    ramp = torch.arange(256, dtype=torch.uint8).view(1, 1, 256).expand(3, 1, 256).contiguous()
    out = processor.rescale_and_normalize(ramp, processor.do_rescale, processor.rescale_factor, processor.do_normalize,
                                          processor.image_mean, processor.image_std)
    return out.float().view(3, 256).numpy()


def as_bytes(rows, processor):
    """Rows [n, 3 * frames * side * side] as the 8-bit values behind them, same shape."""
    table = normalized_values(processor)
    values = rows.float().numpy().reshape(len(rows), 3, -1)
    found = np.stack([np.searchsorted(table[c], values[:, c]) for c in range(3)], 1)
    assert all((table[c][found[:, c]] == values[:, c]).all() for c in range(3))
    return found.astype(np.uint8).reshape(rows.shape)


def write_images():
    folder = MEDIA / "images"
    folder.mkdir(parents=True)
    stored, entries = {}, []
    for name, (data, config) in images().items():
        (folder / name).write_bytes(data)
        processor = Qwen2VLImageProcessor(**IMAGE_CONFIGS[config])
        out = processor(Image.open(folder / name), return_tensors="pt")
        rows = as_bytes(out["pixel_values"], processor)
        rows = rows.reshape(len(rows), 3, processor.temporal_patch_size, -1)
        assert (rows == rows[:, :, :1]).all()
        stored[name] = np.ascontiguousarray(rows[:, :, 0]).reshape(len(rows), -1)
        entries.append({"file": name, "config": config, "grid": out["image_grid_thw"][0].tolist()})
        if "orientation" in name:
            stored[f"upright {name}"] = np.array(load_image(str(folder / name)))
    for name, config in IMAGE_CONFIGS.items():
        stored[f"values of {name}"] = normalized_values(Qwen2VLImageProcessor(**config))
    save_file(stored, MEDIA / "images.safetensors")
    return {"images": entries, "image_configs": IMAGE_CONFIGS}


VIDEOS = {"frames-10": (10, 40, 56), "frames-3": (3, 30, 100), "frames-49": (49, 20, 20)}


def frames_of(name):
    count, height, width = VIDEOS[name]
    return [np.roll(scene(height, width, 3), (i, 2 * i), (0, 1)) for i in range(count)]


def write_videos():
    for name in VIDEOS:
        folder = MEDIA / "videos" / name
        folder.mkdir(parents=True)
        for i, frame in enumerate(frames_of(name)):
            Image.fromarray(frame).save(folder / f"frame-{i:03}.png", optimize=True)
    stored, entries = {}, []
    cases = [(video, config, None) for video in VIDEOS for config in VIDEO_CONFIGS] + [("frames-49", "qwen3_vl", 5.0),
                                                                                      ("frames-49", "fps_1", 29.97)]
    for video, config, fps in cases:
        frames = np.stack(frames_of(video))
        processor = Qwen3VLVideoProcessor(**VIDEO_CONFIGS[config])
        metadata = None
        if fps:
            metadata = [VideoMetadata(total_num_frames=len(frames), fps=fps, frames_indices=list(range(len(frames))))]
        out = processor([frames], video_metadata=metadata, return_metadata=True, return_tensors="pt")
        meta = out["video_metadata"][0]
        indices = [int(i) for i in meta.frames_indices]
        times = Qwen3VLProcessor._calculate_timestamps(None, list(indices), meta.fps or 24,
                                                        processor.temporal_patch_size)
        key = f"{video} {config} {fps}"
        stored[key] = as_bytes(out["pixel_values_videos"], processor)
        entries.append({"video": video, "config": config, "fps": fps, "key": key, "indices": indices,
                        "grid": out["video_grid_thw"][0].tolist(), "timestamps": times})
    save_file(stored, MEDIA / "videos.safetensors")
    return {"videos": entries, "video_configs": VIDEO_CONFIGS}


def write_prompts():
    tokenizer = AutoTokenizer.from_pretrained(ROOT / "examples" / "tiny-dictionary")
    image, video = "<|vision_start|><|image_pad|><|vision_end|>", "<|vision_start|><|video_pad|><|vision_end|>"
    prompts = [
        ("no media at all", [], []),
        (f"{image}What is a lamp?", ["16-to-1.png"], []),
        (f"a {image} b {image}{image} c", ["1x1.png", "large.jpg", "3x200.png"], []),
        (f"{video}What happens?", [], ["frames-10"]),
        (f"one {video} two {image} three {video}{image}<|im_end|>", ["gray-8.png", "rgba-8.png"],
         ["frames-49", "frames-10"]),
        ("<|image_pad|><|video_pad|>", ["1x1.png"], ["frames-49"]),
    ]
    processor = Qwen3VLProcessor(Qwen2VLImageProcessor(**IMAGE_CONFIGS["qwen3_vl"]), tokenizer,
                                 Qwen3VLVideoProcessor(**VIDEO_CONFIGS["qwen3_vl"]))
    entries = []
    for text, pictures, videos in prompts:
        out = processor(text=text, images=[Image.open(MEDIA / "images" / p) for p in pictures] or None,
                        videos=[np.stack(frames_of(v)) for v in videos] or None)
        entries.append({"text": text, "images": pictures, "videos": videos, "input_ids": out["input_ids"][0],
                        "mm_token_type_ids": out["mm_token_type_ids"][0]})
    return {"prompts": entries}


def main():
    shutil.rmtree(MEDIA, ignore_errors=True)
    MEDIA.mkdir(parents=True)
    cases = write_images() | write_videos() | write_prompts()
    lines = [f"{json.dumps(key)}: [\n" + ",\n".join(json.dumps(e) for e in value) + "]" if isinstance(value, list)
             else f"{json.dumps(key)}: {{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in value.items())
             + "}" for key, value in cases.items()]
    (MEDIA / "cases.json").write_text("{" + ",\n".join(lines) + "}\n")


if __name__ == "__main__":
    main()

"""What a camera writes into its picture: its name lower left, and the running time upper right.

The running time counts seconds of the loop, not the time of day: a clip is made once and sent many times.
"""

from functools import lru_cache

from PIL import Image, ImageDraw

from pinegate_simulator.scenes.stage import font

_WHITE = (255, 255, 255, 255)
_OUTLINE = (20, 20, 20, 255)


@lru_cache(maxsize=256)
def _words(text: str, pixels: int) -> Image.Image:
    """White letters with a dark outline: readable over snow and over night."""
    face = font(pixels)
    stroke = max(1, pixels // 12)
    left, top, right, bottom = face.getbbox(text, stroke_width=stroke)
    image = Image.new("RGBA", (max(1, round(right - left)), max(1, round(bottom - top))), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.text((-left, -top), text, _WHITE, face, stroke_width=stroke, stroke_fill=_OUTLINE)
    return image


def running_time(seconds: float) -> str:
    """What stands upper right in a clip, ``seconds`` after its begin."""
    whole = int(seconds)
    return f"模拟 {whole // 60:02}:{whole % 60:02}"


class OnScreenDisplay:
    """Draws the name and the running time over pictures of one size."""

    def __init__(self, name: str, width: int, height: int) -> None:
        self._size = (width, height)
        self._pixels = max(10, round(height / 18))
        self._margin = max(4, round(height / 40))
        longest = width - 2 * self._margin
        pixels = self._pixels
        image = _words(name or " ", pixels)
        while image.width > longest and pixels > 8:
            pixels -= 1
            image = _words(name, pixels)
        self._name = image

    def draw(self, picture: Image.Image, time: str, phase: float) -> None:
        """Write the name and ``time`` into the picture; ``phase`` (0 ≤ p < 1) moves the bar below it."""
        width, height = self._size
        clock = _words(time, self._pixels)
        left = width - self._margin - clock.width
        picture.paste(clock, (left, self._margin), clock)
        picture.paste(self._name, (self._margin, height - self._margin - self._name.height), self._name)
        bar = self._margin + clock.height + 4
        draw = ImageDraw.Draw(picture)
        draw.rectangle((left, bar, left + round(clock.width * phase), bar + 2), fill=(255, 255, 255))

"""The content security policy of a page: nothing but the site's own runs."""

import base64
import hashlib
import html
import re
from collections.abc import Sequence

POLICY = "Content-Security-Policy"
# A script of another type is data, and is not run.
SCRIPT = re.compile(
    r"<script(?![^>]*\bsrc=)"
    r"(?![^>]*\btype=(?!\"?(?:module|text/javascript)))"
    r"[^>]*>(.*?)</script>",
    re.S,
)
STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.S)
STYLE_ATTRIBUTE = re.compile(r"<[a-z][^<>]*?\sstyle=\"([^\"]*)\"", re.S)
# A builder whose search brings its style in its script, and that style.
ZENSICAL = 'content="zensical-0.0.73"'
ZENSICAL_STYLE = "'sha256-NwSx/R2V/U4jnW0Tq5pQ53Y/rzPVJ4dqE7D6UTA/J1k='"


def hash_sources(texts: Sequence[str]) -> str:
    """Return the sources 'sha256-…' of these texts, each once, in order."""
    digests = {
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in texts
    }
    return " ".join(f"'sha256-{one}'" for one in sorted(digests))


def content_policy(page: str) -> str:
    """Return the policy of a page: what its own address serves, and those of
    its inline scripts and styles that stand in it now."""
    scripts = hash_sources(SCRIPT.findall(page))
    styles = hash_sources(STYLE.findall(page))
    if ZENSICAL in page:
        styles = f"{styles} {ZENSICAL_STYLE}".lstrip()
    attributes = hash_sources(
        list(map(html.unescape, STYLE_ATTRIBUTE.findall(page)))
    )
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self' {scripts}".rstrip(),
            f"style-src-elem 'self' {styles}".rstrip(),
            f"style-src-attr 'unsafe-hashes' {attributes}"
            if attributes
            else "style-src-attr 'none'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "worker-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
        ]
    )


def add_policy(page: str) -> str:
    """Return the page with its policy, right behind the character set."""
    page = re.sub(rf'<meta http-equiv="{POLICY}"[^>]*>', "", page)
    head = re.search(r"<meta charset=[^>]*>", page)
    if not head:
        return page
    meta = f'<meta http-equiv="{POLICY}" content="{content_policy(page)}">'
    return page[: head.end()] + meta + page[head.end() :]

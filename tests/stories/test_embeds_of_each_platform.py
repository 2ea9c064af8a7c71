"""Pages as newsrooms publish them: embed codes in the forms that the platforms hand out."""

from __future__ import annotations

import io
import zipfile

import pytest

import samples
from verify.stories.addresses import address, in_text
from verify.stories.posts import posts
from verify.stories.read import kind_of, read

TWEET = """<blockquote class="twitter-tweet"><p lang="en" dir="ltr">Seen over town
<a href="https://t.co/AbCdEf1234">pic.twitter.com/AbCdEf1234</a></p>&mdash; A Name (@a_name)
<a href="https://twitter.com/a_name/status/1509712148689846272?ref_src=twsrc%5Etfw">April 1, 2022</a></blockquote>
<script async src="https://platform.twitter.com/widgets.js" charset="utf-8"></script>"""


def one(markup, **more):
    found = read(f"<!doctype html><html><body>{markup}</body></html>".encode(), **more)
    return found


def keys(found):
    return [reference.key for reference in found.references]


def test_a_quoted_tweet_has_author_date_media_link_and_own_address():
    found = one(TWEET)
    (quote,) = found.quotes
    assert (quote.author, quote.handle, quote.date_text) == ("A Name", "@a_name", "April 1, 2022")
    assert quote.url.startswith("https://twitter.com/a_name/status/1509712148689846272")
    assert quote.text.startswith("Seen over town")
    assert keys(found) == ["t.co:AbCdEf1234", "X:1509712148689846272"]
    assert len(posts(found)) == 1


@pytest.mark.parametrize(
    ("markup", "key"),
    [
        ('<iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ?start=3"></iframe>', "YouTube:dQw4w9WgXcQ"),
        ('<iframe data-src="//www.youtube-nocookie.com/embed/dQw4w9WgXcQ"></iframe>', "YouTube:dQw4w9WgXcQ"),
        ('<lite-youtube videoid="dQw4w9WgXcQ"></lite-youtube>', "YouTube:dQw4w9WgXcQ"),
        ('<amp-twitter data-tweetid="1509712148689846272"></amp-twitter>', "X:1509712148689846272"),
        ('<iframe src="https://platform.twitter.com/embed/Tweet.html?id=1509712148689846272"></iframe>',
         "X:1509712148689846272"),
        ('<script async src="https://telegram.org/js/telegram-widget.js?22" data-telegram-post="somechannel/68">'
         "</script>", "Telegram:somechannel/68"),
        ('<blockquote class="tiktok-embed" cite="https://www.tiktok.com/@u/video/7081449306351206400"><section>x'
         "</section></blockquote>", "TikTok:7081449306351206400"),
        ('<blockquote class="instagram-media" data-instgrm-permalink="https://www.instagram.com/p/CbzTnQXoAbC/">'
         "<p>A post shared by Some One (@some.one)</p></blockquote>", "Instagram:CbzTnQXoAbC"),
        ('<div class="fb-video" data-href="https://www.facebook.com/u/videos/123456789012345/"></div>',
         "Facebook:123456789012345"),
        ('<iframe src="https://vk.com/video_ext.php?oid=-1&id=456239017&hash=x"></iframe>', "VK:456239017"),
        ('<a href="https://vk.com/video-123_456">video</a>', "VK:video-123_456"),
        ('<a href="https://t.me/s/somechannel/77">post</a>', "Telegram:somechannel/77"),
        ('<iframe src="https://rutube.ru/play/embed/0123456789abcdef0123456789abcdef"></iframe>',
         "Rutube:0123456789abcdef0123456789abcdef"),
    ],
)  # fmt: skip
def test_one_embed_is_one_reference(markup, key):
    assert keys(one(markup)) == [key]


def test_a_video_element_and_the_pages_own_player_are_references():
    markup = (
        '<meta property="og:video" content="/v/a.mp4"><video><source src="b.webm"></video>'
        '<script type="application/ld+json">{"@type":"NewsArticle","video":{"@type":"VideoObject",'
        '"contentUrl":"https://cdn.example.org/c.mp4"}}</script>'
    )
    found = one(markup, url="https://example.org/story/1")
    assert [r.url for r in found.references] == [
        "https://example.org/v/a.mp4", "https://example.org/story/b.webm", "https://cdn.example.org/c.mp4",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "link",
    ["https://twitter.com/intent/tweet?text=x", "https://x.com/a_name", "https://www.facebook.com/sharer/sharer.php?u=x",
     "https://t.me/share/url?url=x", "https://www.instagram.com/a_name/", "https://example.org/about",
     "https://www.youtube.com/@channel", "mailto:a@example.org", "javascript:alert(1)", "#top", "/story/2"],
)  # fmt: skip
def test_share_buttons_profiles_and_other_pages_are_no_posts(link):
    assert not one(f'<p>words <a href="{link}">here</a></p>').references


def test_a_frame_that_is_no_player_is_listed_apart():
    found = one('<iframe src="https://maps.example.org/x"></iframe>')
    assert not found.references and found.other_links == ("https://maps.example.org/x",)


def test_spoken_words_in_a_blockquote_are_no_post():
    assert not one("<blockquote><p>We know nothing of it, said the mayor.</p></blockquote>").quotes


def test_the_same_link_ten_times_is_one_reference_counted():
    found = one('<p><a href="https://x.com/u/status/1509712148689846272">a</a></p>'
                + '<p>https://twitter.com/u/status/1509712148689846272?s=20</p>' * 9)  # fmt: skip
    assert [(r.key, r.times) for r in found.references] == [("X:1509712148689846272", 10)]


def test_the_same_tweet_twice_is_one_quote():
    assert len(one(TWEET + TWEET).quotes) == 1


def test_markdown_with_links_bare_addresses_and_an_embed_code():
    text = f"# Title\n\n[clip](https://youtu.be/dQw4w9WgXcQ) and https://t.me/chan_nel/5.\n\n{TWEET}\n"
    found = read(text.encode(), name="story.md")
    assert found.kind == "markdown" and found.title == "Title"
    assert keys(found)[:2] == ["YouTube:dQw4w9WgXcQ", "Telegram:chan_nel/5"] and len(found.quotes) == 1


def test_the_samples_page_over_http_names_every_stand_in_once():
    import urllib.request

    with samples.serve() as demo:
        with urllib.request.urlopen(demo.story_url) as answer:
            page = answer.read()
        found = read(page, url=demo.story_url, also=(demo.host,))
        assert {r.url for r in found.references} == {demo.url(post.name) for post in samples.POSTS}
        rows = posts(found)
    assert len(rows) == len(samples.POSTS) and len(found.other_links) == 5
    assert found.date.not_before.isoformat() == "2022-04-01T13:00:00+00:00"


def docx(document, rels="", core=""):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("[Content_Types].xml", "<Types/>")
        out.writestr("word/document.xml", document)
        if rels:
            out.writestr("word/_rels/document.xml.rels", rels)
        if core:
            out.writestr("docProps/core.xml", core)
    return packed.getvalue()


W = 'xmlns:w="http://w" xmlns:r="http://r" xmlns:wp15="http://wp15"'


def test_a_docx_with_links_fields_and_a_quoted_post():
    document = f"""<?xml version="1.0"?><w:document {W}><w:body>
    <w:p><w:r><w:t>A title</w:t></w:r></w:p>
    <w:p><w:hyperlink r:id="rId1"><w:r><w:t>the video</w:t></w:r></w:hyperlink></w:p>
    <w:p><w:r><w:instrText>HYPERLINK "https://youtu.be/dQw4w9WgXcQ"</w:instrText></w:r><w:r><w:t>here</w:t></w:r></w:p>
    <w:p><w:r><w:t>Seen now pic.twitter.com/AbCdEf1234 — A </w:t></w:r>
    <w:r><w:t>Name (@a_name) April 1, 2022</w:t></w:r>
    </w:p></w:body></w:document>"""
    rels = '<Relationships><Relationship Id="rId1" Target="https://t.me/chan_nel/5"/></Relationships>'
    core = "<cp><dc:title xmlns:dc='d'>Core title</dc:title><dcterms:created xmlns:dcterms='t'>2022-04-02T08:00:00Z"
    found = read(docx(document, rels, core + "</dcterms:created></cp>"), name="story.docx")
    assert found.kind == "docx" and found.title == "Core title"
    assert keys(found) == ["Telegram:chan_nel/5", "YouTube:dQw4w9WgXcQ", "t.co:AbCdEf1234"]
    assert found.quotes[0].author == "A Name" and found.date.not_before.isoformat() == "2022-04-02T08:00:00+00:00"


def test_a_pdf_with_text_and_a_link(tmp_path):
    typst = pytest.importorskip("typst")
    source = tmp_path / "story.typ"
    source.write_text('Seen now pic.twitter.com\\/AbCdEf1234 — A Name (\\@a_name) April 1, 2022\n\n'
                      '#link("https://t.me/chan_nel/5")[the video]\n', encoding="utf-8")  # fmt: skip
    data = typst.compile(str(source))
    found = read(data, name="story.pdf")
    assert found.kind == "pdf"
    assert set(keys(found)) == {"t.co:AbCdEf1234", "Telegram:chan_nel/5"}
    assert found.quotes[0].handle == "@a_name"


def test_kinds_are_told_by_bytes_before_names():
    assert kind_of(b"%PDF-1.7 ...", "a.txt") == "pdf"
    assert kind_of(b"<!doctype html><p>x", "a.txt") == "html"
    assert kind_of("слова".encode("utf-16")) == "text"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see (https://en.wikipedia.org/wiki/A_(b)).", ["https://en.wikipedia.org/wiki/A_(b)"]),
        ("pic.twitter.com/AbC, t.co/x1.", ["pic.twitter.com/AbC", "t.co/x1"]),
        ("mail me@t.co/x or not.t.co/x", []),
        ("«https://t.me/chan_nel/5»", ["https://t.me/chan_nel/5"]),
        ("https://t.me/chan_nel/5،", ["https://t.me/chan_nel/5"]),
    ],
)
def test_addresses_in_running_text_end_where_the_sentence_goes_on(text, found):
    assert in_text(text) == found


@pytest.mark.parametrize("text", ["http://[::1", "https://a:99999/x", "https:///x", "x" * 3000, "https://a b/", ""])
def test_what_is_no_address_is_none(text):
    assert address(text) is None


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://odysee.com/$/embed/some-video/c0ffee", "Odysee:some-video/c0ffee"),
        ("https://mastodon.social/@user/109999999999999999", "mastodon.social:109999999999999999"),
        ("https://example.social/@user@other.tld/109999999999999997", "example.social:109999999999999997"),
        ("https://mastodon.social/users/user/statuses/109999999999999998", "mastodon.social:109999999999999998"),
        ("https://t.me/c/1234567/125", "Telegram:1234567/125"),
        ("https://twitter.com/i/videos/tweet/1509712148689846275", "X:1509712148689846275"),
        ("https://gettr.com/post/p1abcdef", "GETTR:p1abcdef"),
        ("https://dzen.ru/video/watch/6246e1234567890abcdef123", "Dzen:6246e1234567890abcdef123"),
        ("https://tube.example/w/4rWDh3pNc5XmvkeAfcqpYB", "tube.example:4rWDh3pNc5XmvkeAfcqpYB"),
        (
            "https://tube.example/videos/watch/9c9de5e8-0a1e-484a-b099-e80766180a6d",
            "tube.example:9c9de5e8-0a1e-484a-b099-e80766180a6d",
        ),
        (
            "https://www.linkedin.com/posts/someone_words-activity-6915000000000000000-abcd",
            "LinkedIn:6915000000000000000",
        ),
        ("https://www.snapchat.com/spotlight/W7_EDlXWTBiXAEEniNoMPwAAY", "Snapchat:W7_EDlXWTBiXAEEniNoMPwAAY"),
    ],
)
def test_posts_of_less_known_places_are_posts(url, key):
    spot = address(url)
    assert (spot.post, spot.key) == (True, key)


@pytest.mark.parametrize(
    "url",
    ["https://mastodon.social/@user", "https://news.example/@desk/12345", "https://tube.example/w/short",
     "https://web.archive.org/web/20220401000000/https://example.org/about", "https://dzen.ru/news", "https://t.me/c/1"],
)  # fmt: skip
def test_what_only_looks_like_them_is_not(url):
    assert not address(url).post


def test_an_archived_post_is_a_post_of_its_own():
    inner = "https://twitter.com/u/status/1509712148689846279"
    archived = address(f"https://web.archive.org/web/20220401000000/{inner}")
    assert archived.post and archived.key != address(inner).key and archived.platform == "X (web archive)"

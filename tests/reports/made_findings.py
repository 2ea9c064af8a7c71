"""What was found of the made clip: findings of checks, links for a person, and which files one chain wrote."""

from __future__ import annotations

from reports.made_clip import sha
from verify.records.cases import (
    OutsideLink,
)
from verify.records.chains import FileChain, FileChains, WrittenCopies
from verify.records.findings import Evidence, Finding

CHAINS = FileChains(
    groups=(
        FileChain(
            fingerprint="2-de0b75b4d0ed4320279966e2defbe873",
            clips=(sha(1), sha(3), sha(4)),
            recordings=("r001", "r002"),
            writers=("The file, as it is, was last written by a messenger.",),
            sentence="3 files of 2 recordings were written by one chain of programs, or by chains that write alike.",
            limits="It ties the files to a program or a platform, not to a person.",
        ),
    ),
    copies=(
        WrittenCopies(
            recording="r001",
            clips=(sha(1), sha(2)),
            chains=2,
            not_encoded_again=((sha(1), sha(2)),),
            sentence="Each of its 2 copies was written by another chain of programs.",
        ),
    ),
    unknown=(sha(5),),
)
FINDINGS = (
    Finding(
        check="earlier_upload",
        bearing="questions",
        part="when",
        weight="strong",
        sentence="A copy of this clip was online by 30 March 2022, at least a day before the claimed time.",
        evidence=(
            Evidence(
                label="Earlier copy",
                value="night_archive, YouTube, 28 to 30 March 2022",
                place="https://example.net/watch?v=abc",
                image="matches/2-12000-b.jpg",
                sha256=sha(2),
            ),
            Evidence(label="Shared seconds", value="0:00.0 to 0:34.5, mirrored"),
        ),
        limits="A platform's upload day can be off by one; the copy's own source is not known.",
        recheck="Open both clips at 0:12 and compare the pair of frames below; read the upload date on the page.",
    ),
    Finding(
        check="container",
        bearing="questions",
        part="when",
        weight="weak",
        sentence="The file states a creation time before the claimed one, but without a zone and after a transcode.",
        evidence=(Evidence(label="mvhd creation time", value="2022-03-30 21:14:05", place="moov/mvhd, byte 40"),),
        limits="Platforms rewrite this field.",
        recheck="exiftool -G1 -time:all FILE",
    ),
    Finding(
        check="post_id",
        bearing="supports",
        part="when",
        weight="moderate",
        sentence="The post was made 22 minutes after the end of the claimed time.",
        evidence=(Evidence(label="Post id", value="1509712148689846273 = 1 April 2022, 03:12:44 UTC"),),
        limits="It dates the post, never the recording.",
        recheck="(id >> 22) + 1288834974657 = Unix milliseconds",
    ),
    Finding(
        check="place_tag",
        bearing="supports",
        part="where",
        weight="moderate",
        sentence="A location tag in the file lies inside the claimed place.",
        evidence=(Evidence(label="©xyz", value="50.6100 N 36.5800 E", place="moov/udta/©xyz"),),
        limits="Location tags can be written by anyone.",
        recheck="exiftool -GPS:all FILE",
    ),
    Finding(
        check="light",
        bearing="neutral",
        part="when",
        weight="weak",
        sentence="The sky is dark throughout; the sun stood 11.6° to 3.9° below the horizon in the claimed time.",
        evidence=(Evidence(label="Mean brightness", value="0.13 of 1"),),
        limits="Exposure is not known.",
        recheck="Look up civil dawn for Belgorod on 1 April 2022.",
    ),
    Finding(
        check="credentials", bearing="not tested", part="original", sentence="The file carries no content credentials."
    ),
    Finding(
        check="sound",
        bearing="not tested",
        part="where",
        sentence="No camera place is claimed, so the sound's delay cannot be turned into a distance.",
    ),
    Finding(
        check="readers_agree",
        bearing="neutral",
        part="original",
        weight="weak",
        sentence="Two readers agree on every tag both can read.",
        evidence=(Evidence(label="Compared", value="14 tags"),),
        limits="Agreement is not originality.",
        recheck="Run another reader.",
    ),
)
NOT_ESTABLISHED = (
    "Who acted is not established: nothing in a picture can show it.",
    "When the clip was recorded is not established; its earliest known copy is from 28 to 30 March 2022.",
    "Where it was filmed is not established: no view was matched with a map.",
)
SUMMARY = (
    "Two findings question that this clip shows 1 April 2022: a copy was online by 30 March 2022.",
    "Two findings support parts of the claim; two say nothing either way and two could not be tested.",
)


ELSEWHERE = (
    OutsideLink(
        about="A frame of this clip",
        service="Google Lens",
        url="https://lens.google.com/",
        words="drop the picture there",
        ready=False,
    ),
    OutsideLink(about="A frame of this clip", service="TinEye", url="https://tineye.com/", words="", ready=False),
    OutsideLink(
        about="Kept copies of the post",
        service="Wayback Machine",
        url="https://web.archive.org/web/*/https://example.org/status/1509712148689846273",
        words="captures, oldest first",
    ),
)

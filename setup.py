"""The ROS 2 package (ament_python) and the pip package, from one description. Requirements: requirements/*.in."""

from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

from setuptools import find_packages, setup

NAME = "crossmodal_narrator"
ROOT = Path(__file__).resolve().parent
MANIFEST = ElementTree.parse(ROOT / "package.xml")


def requirements(name):
    lines = (line.split("#")[0].strip() for line in (ROOT / "requirements" / name).read_text().splitlines())
    return [line for line in lines if line]


def shared(*patterns):
    """Files of the checkout by the folder of share/ that they go to, their own folders kept."""
    folders = defaultdict(list)
    for pattern in patterns:
        for path in sorted(ROOT.glob(pattern)):
            place = path.relative_to(ROOT)
            folders[str(Path("share", NAME) / place.parent)].append(str(place))
    return sorted(folders.items())


setup(
    name=NAME,
    version=MANIFEST.findtext("version"),
    description=MANIFEST.findtext("description"),
    author=MANIFEST.findtext("maintainer"),
    license=MANIFEST.findtext("license"),
    python_requires=">=3.10",
    packages=find_packages(include=[NAME, f"{NAME}.*"]),
    package_data={NAME: ["py.typed", "**/*.yaml", "**/*.net.xml", "**/*.html", "**/*.js", "**/*.css"]},
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{NAME}"]),
        *shared("package.xml", "launch/*.launch.py", "config/*.yaml", "config/*.xml", "config/*.rviz"),
        *shared("config/*.json", "config/profiles/*.yaml", "crossmodal_narrator_msgs/msg/*.msg"),
        *shared(
            "models/*/manifest.yaml",
            "models/*/bundle.yaml",
            "models/*/golden.*",
            "models/*/README.md",
            "models/*/*.onnx",
        ),
    ],
    install_requires=requirements("runtime.in"),
    extras_require={
        "display": requirements("display.in"),
        "evaluate": requirements("evaluate.in"),
        "fleet": requirements("fleet.in"),
        "gpu": requirements("gpu.in"),
        "notebook": requirements("notebook.in"),
        "rerun": requirements("rerun.in"),
        "sim": requirements("sim.in"),
        "train": requirements("train.in"),
        "video": requirements("video.in"),
        "vlm": requirements("vlm.in"),
        "voice": requirements("voice.in"),
        "whisper": requirements("whisper.in"),
        "dev": requirements("test.in"),
    },
    entry_points={"console_scripts": [f"crossmodal-narrator = {NAME}.cli.main:main"]},
    zip_safe=False,
)

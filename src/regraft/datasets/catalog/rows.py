"""Data sets that are known by name. A data set is a row here.

Sizes and digests are those of TensorFlow Datasets' checksum files (flowers, mnist, cifar10, imagenet, COCO) and of
PyTorch's tutorials (hymenoptera).
"""

from __future__ import annotations

from regraft.core import Registry
from regraft.datasets.catalog.published import Archive, Dataset

_BELGIUM = "https://btsd.ethz.ch/shareddata/BelgiumTSC/BelgiumTSC_"
_BELGIUM_IMAGES = r"(?:[^/]+/)*(?P<class>\d{5})/(?P<name>\w[\w.-]*\.ppm)"
_FLOWERS = "https://storage.googleapis.com/download.tensorflow.org/example_images/flower_photos.tgz"
_MNIST = "https://storage.googleapis.com/cvdf-datasets/mnist/"
_IMAGENET = "https://image-net.org/data/ILSVRC/2012/"
_SLIM = "https://raw.githubusercontent.com/tensorflow/models/master/research/slim/datasets/"
_COCO = "https://s3.amazonaws.com/images.cocodataset.org/"

_ROWS = (
    Dataset(
        name="elpv",
        title="Solar cells in electroluminescence images, defective (defect probability > 0.5) or functional",
        n_images=2624,
        n_classes=2,
        licence="CC BY-NC-SA 4.0",
        citation="Deitsch et al. 2019, Automatic classification of defective photovoltaic module cells in "
        "electroluminescence images, Solar Energy 185 (arXiv:1807.02894)",
        source="https://github.com/zae-bayern/elpv-dataset",
        how="pip install 'regraft[demo]'",
        package="elpv_dataset",
        extra="demo",
        n_package_bytes_about=90_500_000,
        reference="Deitsch et al. 2019: SVM on hand-made features 82.4 %, fine-tuned VGG-19 88.4 % "
        "(mean over mono and poly cells, 25 % test)",
    ),
    Dataset(
        name="textile",
        title="Simulated textile surfaces: nominal, or with a local or a global defect",
        n_images=2000,
        n_classes=3,
        licence="MIT",
        citation="Megahed et al. 2025, Adapting OpenAI's CLIP model for few-shot image inspection in manufacturing "
        "quality control (arXiv:2501.12596)",
        source="https://github.com/fmegahed/conformal-clip-data",
        how="pip install 'regraft[datasets]'",
        package="conformal_clip_data",
        extra="datasets",
        n_package_bytes_about=42_000_000,
    ),
    Dataset(
        name="belgium-signs",
        title="Belgian traffic signs, 62 classes, about three views of each physical sign",
        n_images=7095,
        n_classes=62,
        licence="free for research; see the source",
        citation="Timofte, Zimmermann, Van Gool 2014, Multi-view traffic sign detection, recognition, and 3D "
        "localisation, Machine Vision and Applications 25",
        source="https://btsd.ethz.ch/shareddata/",
        how="regraft datasets get belgium-signs",
        archives=(
            Archive(url=f"{_BELGIUM}Training.zip", split="train", n_bytes_about=171_300_000, images=_BELGIUM_IMAGES),
            Archive(url=f"{_BELGIUM}Testing.zip", split="test", n_bytes_about=76_500_000, images=_BELGIUM_IMAGES),
        ),
        group_by=r"(\d+)/(\d+)_",
        reference="published CNNs 98 to 99 %; the one-layer network of a well-known tutorial 60 %",
    ),
    Dataset(
        name="flowers",
        title="Photos of five kinds of flowers",
        n_images=3670,
        n_classes=5,
        licence="CC BY 2.0; the photographers are named in LICENSE.txt beside the images",
        citation="The TensorFlow Team 2019, Flowers",
        source="https://www.tensorflow.org/datasets/catalog/tf_flowers",
        how="regraft datasets get flowers",
        archives=(
            Archive(
                url=_FLOWERS,
                n_bytes_about=228_813_984,
                sha256="4c54ace7911aaffe13a365c34f650e71dd5bf1be0a58b464e5a7183e3e595d9c",
                split="train",
                images=r"flower_photos/(?P<class>daisy|dandelion|roses|sunflowers|tulips)/(?P<name>\w[\w.-]*\.jpg)",
                texts=("flower_photos/LICENSE.txt",),
            ),
        ),
        n_held_out=350,
        note="350 images are held out in val, as many as TF-Slim held out, chosen by their names. They are not "
        "TF-Slim's 350: those depended on the order in which a file system lists its files.",
    ),
    Dataset(
        name="hymenoptera",
        title="Ants and bees: the small data set of PyTorch's tutorial on transfer learning",
        n_images=397,
        n_classes=2,
        licence="not stated; a small part of ImageNet",
        citation="Chilamkurthy, Transfer learning for computer vision tutorial, PyTorch",
        source="https://docs.pytorch.org/tutorials/beginner/transfer_learning_tutorial.html",
        how="regraft datasets get hymenoptera",
        archives=(
            Archive(
                url="https://download.pytorch.org/tutorial/hymenoptera_data.zip",
                n_bytes_about=47_286_322,
                sha256="fbc41b31d544714d18dd1230b1e2b455e1557766e13e67f9f5a7a23af7c02209",
                images=r"hymenoptera_data/(?P<split>train|val)/(?P<class>ants|bees)/(?P<name>\w[^/]*\.jpe?g)",
            ),
        ),
    ),
    Dataset(
        name="mnist",
        title="Handwritten digits, grey, 28 x 28",
        n_images=70_000,
        n_classes=10,
        licence="CC BY-SA 3.0",
        citation="LeCun, Bottou, Bengio, Haffner 1998, Gradient-based learning applied to document recognition, "
        "Proceedings of the IEEE 86",
        source="https://www.tensorflow.org/datasets/catalog/mnist",
        how="regraft datasets get mnist",
        archives=(
            Archive(
                url=f"{_MNIST}train-images-idx3-ubyte.gz",
                n_bytes_about=9_912_422,
                sha256="440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                split="train",
                n_unpacked_bytes_about=60_000 * 4096,
            ),
            Archive(
                url=f"{_MNIST}train-labels-idx1-ubyte.gz",
                n_bytes_about=28_881,
                sha256="3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                split="train",
            ),
            Archive(
                url=f"{_MNIST}t10k-images-idx3-ubyte.gz",
                n_bytes_about=1_648_877,
                sha256="8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                split="test",
                n_unpacked_bytes_about=10_000 * 4096,
            ),
            Archive(
                url=f"{_MNIST}t10k-labels-idx1-ubyte.gz",
                n_bytes_about=4_542,
                sha256="f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
                split="test",
            ),
        ),
        layout="idx",
    ),
    Dataset(
        name="cifar10",
        title="Small colour photos of ten kinds of things, 32 x 32",
        n_images=60_000,
        n_classes=10,
        licence="not stated; see the source",
        citation="Krizhevsky 2009, Learning multiple layers of features from tiny images",
        source="https://www.cs.toronto.edu/~kriz/cifar.html",
        how="regraft datasets get cifar10",
        archives=(
            Archive(
                url="https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
                n_bytes_about=170_052_171,
                sha256="c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            ),
        ),
        layout="cifar10",
    ),
    Dataset(
        name="imagenet",
        title="ImageNet 2012 (ILSVRC): 1,000 classes, folders named by WordNet synsets",
        n_images=1_331_167,
        n_classes=1000,
        licence="research only, by agreement with ImageNet",
        citation="Russakovsky et al. 2015, ImageNet large scale visual recognition challenge, IJCV 115 "
        "(arXiv:1409.0575)",
        source="https://image-net.org/challenges/LSVRC/2012/",
        how="regraft datasets get imagenet --archives FOLDER",
        archives=(
            Archive(
                url=f"{_IMAGENET}ILSVRC2012_img_train.tar",
                n_bytes_about=147_897_477_120,
                sha256="b08200a27a8e34218a0e58fde36b0fe8f73bc377f4acea2d91602057c3ca45bb",
                split="train",
                unpacked="train",
                n_unpacked_bytes_about=150_000_000_000,
                needs_account=True,
            ),
            Archive(
                url=f"{_IMAGENET}ILSVRC2012_img_val.tar",
                n_bytes_about=6_744_924_160,
                sha256="c7e06a6c0baccf06d8dbeb6577d71efff84673a5dbdd50633ab44f8ea0456ae0",
                split="val",
                unpacked="val",
                n_unpacked_bytes_about=7_000_000_000,
                needs_account=True,
            ),
            Archive(url=f"{_SLIM}imagenet_2012_validation_synset_labels.txt", n_bytes_about=500_000),
            Archive(url=f"{_SLIM}imagenet_metadata.txt", n_bytes_about=800_000, is_optional=True),
        ),
        layout="imagenet",
        account="https://image-net.org/download-images",
    ),
    Dataset(
        name="visualwakewords",
        title="Is a person there? COCO's photos of 2017, person or background",
        n_images=123_287,
        n_classes=2,
        licence="annotations CC BY 4.0; photos under their Flickr licences",
        citation="Chowdhery et al. 2019, Visual wake words dataset (arXiv:1906.05721); Lin et al. 2014, Microsoft COCO "
        "(arXiv:1405.0312)",
        source="https://cocodataset.org/#download",
        how="regraft datasets get visualwakewords",
        archives=(
            Archive(
                url=f"{_COCO}annotations/annotations_trainval2017.zip",
                n_bytes_about=252_907_541,
                sha256="113a836d90195ee1f884e704da6304dfaaecff1f023f49b6ca93c4aaae470268",
                unpacked="annotations",
                n_unpacked_bytes_about=0,
            ),
            Archive(
                url=f"{_COCO}zips/train2017.zip",
                n_bytes_about=19_336_861_798,
                sha256="69a8bb58ea5f8f99d24875f21416de2e9ded3178e903f1f7603e283b9e06d929",
                split="train",
                unpacked="train2017",
                n_unpacked_bytes_about=19_600_000_000,
            ),
            Archive(
                url=f"{_COCO}zips/val2017.zip",
                n_bytes_about=815_585_330,
                sha256="4f7e2ccb2866ec5041993c9cf2a952bbed69647b115d0f74da7ce8f4bef82f05",
                split="val",
                unpacked="val2017",
                n_unpacked_bytes_about=830_000_000,
            ),
        ),
        layout="wake-words",
        note="TF-Slim made it of COCO's photos of 2014; those of 2017 are the same photos with another split.",
    ),
)

DATASETS: Registry[Dataset] = Registry("data set", {row.name: row for row in _ROWS})

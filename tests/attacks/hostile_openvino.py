"""Hostile OpenVINO files: for each what is done to an export's `.xml` and `.bin`, and what is said of it."""

from __future__ import annotations

import io
import os
import pickle
import re
import zipfile

CONST = re.compile(r'<data element_type="f32" shape="([^"]*)" offset="(\d+)" size="(\d+)" />')
N_DEEP = 100_000


def swap(old, new):
    """A text stands at the place of the first one of a kind."""

    def change(xml, weights):
        assert re.search(old, xml), old
        return re.sub(old, lambda _found: new, xml, count=1), weights

    return change


def constant(shape=None, offset=None, size=None):
    """The first large constant claims something else."""

    def change(xml, weights):
        found = max(CONST.finditer(xml), key=lambda one: int(one[3]))
        told = [one or two for one, two in zip((shape, offset, size), found.groups(), strict=True)]
        new = '<data element_type="f32" shape="{}" offset="{}" size="{}" />'.format(*told)
        return xml[: found.start()] + new + xml[found.end() :], weights

    return change


def ahead(text):
    """Something stands at the beginning, behind the declaration."""
    return swap(r"<net ", f"{text}<net ")


def operation(kind, version="opset1", settings=""):
    """An operation at the place of the multiplication that is there first."""

    def change(xml, weights):
        found = re.search(r'type="Multiply" version="opset1">\s*<data [^>]*/>', xml)
        data = f"<data {settings} />" if settings else ""
        return f'{xml[: found.start()]}type="{kind}" version="{version}">{data}{xml[found.end() :]}', weights

    return change


def content(file):
    """Something else altogether."""
    return lambda _xml, _weights: (file, b"")


def cut_weights(share):
    """The end of the `.bin` is missing."""
    return lambda xml, weights: (xml, weights[: int(share * len(weights))])


def large_shape(xml, weights):
    """Numbers that are computed while OpenVINO reads: as many as a constant says, summed up for a shape."""
    layers, edges = xml.index("</layers>"), xml.index("</edges>")
    n_layers = xml.count("<layer ")
    numbers = (0).to_bytes(8, "little"), (1 << 34).to_bytes(8, "little"), (1).to_bytes(8, "little")
    port = '<port id="{}" precision="I64"><dim>1</dim></port>'
    scalar = '<port id="{}" precision="I64" />'
    text, start = "", len(weights)
    for number in range(3):
        text += (
            f'<layer id="{n_layers + number}" name="end{number}" type="Const" version="opset1"><data '
            f'element_type="i64" shape="" offset="{start + 8 * number}" size="8" />'
            f"<output>{scalar.format(0)}</output></layer>"
        )
    given = "".join(scalar.format(number) for number in range(3))
    text += (
        f'<layer id="{n_layers + 3}" name="r" type="Range" version="opset4"><data output_type="i64" /><input>{given}'
        f"</input><output>{port.format(3)}</output></layer>"
        f'<layer id="{n_layers + 4}" name="x" type="Reshape" version="opset1"><data special_zero="false" /><input>'
        f"{port.format(0)}{port.format(1)}</input><output>{port.format(2)}</output></layer>"
        f'<layer id="{n_layers + 5}" name="y" type="Result" version="opset1"><input>{port.format(0)}</input></layer>'
    )
    told = [(n_layers + one, 0, n_layers + 3, one) for one in range(3)]
    told += [(n_layers + 3, 3, n_layers + 4, one) for one in range(2)] + [(n_layers + 4, 2, n_layers + 5, 0)]
    new = "".join('<edge from-layer="{}" from-port="{}" to-layer="{}" to-port="{}" />'.format(*one) for one in told)
    return xml[:layers] + text + xml[layers:edges] + new + xml[edges:], weights + b"".join(numbers)


def zipped():
    """A zip."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("classifier.xml", "<net />")
    return file.getvalue()


class Hostile:
    """Pickled as a call."""

    def __reduce__(self):
        """Ask the reader to run something."""
        return os.system, ("touch hostile-was-here",)


LAUGHS = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(12))
FILES = {
    "a document type": (ahead("<!DOCTYPE net>"), "declares a document type"),
    "a document type in small letters": (ahead("<!doctype net>"), "damaged or no OpenVINO file"),
    "entities that grow": (ahead(f'<!DOCTYPE net [<!ENTITY a0 "ha">{LAUGHS}]>'), "declares a document type"),
    "an entity of another file": (
        ahead('<!DOCTYPE net [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
        "declares a document type",
    ),
    "an instruction": (ahead('<?xml-stylesheet href="https://example.org"?>'), "holds instructions"),
    "another encoding": (lambda xml, weights: (xml.encode("utf-16"), weights), "damaged or no OpenVINO file"),
    "an extension's operation": (operation("Run", "extension"), "needs the operation 'Run' of 'extension'"),
    "an extension's multiplication": (operation("Multiply", "extension"), "'Multiply' of 'extension'"),
    "operations of the future": (operation("Multiply", "opset99"), "of 'opset99'"),
    "an unknown operation": (operation("Exec"), "needs the operation 'Exec'"),
    "an operation of a framework": (operation("FrameworkNode", "util"), "needs the operation 'FrameworkNode'"),
    "If": (operation("If", "opset8"), "needs the operation 'If'"),
    "Loop": (operation("Loop", "opset5"), "needs the operation 'Loop'"),
    "TensorIterator": (operation("TensorIterator"), "needs the operation 'TensorIterator'"),
    "what is kept: ReadValue": (operation("ReadValue", "opset6", 'variable_id="x"'), "needs the operation 'ReadValue'"),
    "what is kept: Assign": (operation("Assign", "opset6", 'variable_id="x"'), "needs the operation 'Assign'"),
    "drawn numbers": (operation("RandomUniform", "opset8"), "needs the operation 'RandomUniform'"),
    "a body": (swap("<layers>", "<layers><body><layers /></body>"), "holds 'net/layers/body'"),
    "layers in a layer": (swap("<output>", "<layers /><output>"), "holds 'net/layers/layer/layers'"),
    "layers twice": (swap("</net>", "<layers /></net>"), "holds it twice"),
    "another root": (lambda xml, weights: (xml.replace("net", "graph"), weights), "holds 'graph'"),
    "attributes of a library": (swap("<output>", "<rt_info><attribute /></rt_info><output>"), "holds 'net/layers/lay"),
    "settings of the runtime": (swap("<rt_info>", '<rt_info><runtime_options value="x" />'), "tells 'runtime_options'"),
    "weights of another path": (
        swap("<rt_info>", '<rt_info><__weights_path value="/etc" />'),
        "tells '__weights_path'",
    ),
    "a way up": (operation("Multiply", settings='auto_broadcast="../../etc/passwd"'), "sets 'auto_broadcast' to"),
    "an address": (operation("Multiply", settings='auto_broadcast="https://example.org"'), "sets 'auto_broadcast' to"),
    "a setting without end": (
        operation("Multiply", settings=f'auto_broadcast="{"x" * 10**6}"'),
        "sets 'auto_broadcast'",
    ),
    "settings twice": (swap(r'<data element_type="f32"', '<data /><data element_type="f32"'), "damaged|twice"),
    "a constant behind the end": (constant(offset=str(10**9)), "behind the end"),
    "a constant around all numbers": (constant(offset=str(2**64 - 4)), "is no whole number"),
    "a constant before the beginning": (constant(offset="-4"), "is no whole number"),
    "a constant at no place": (constant(offset="../classifier.bin"), "sets 'offset'"),
    "a constant of more bytes": (constant(size=str(10**9)), "holds a constant"),
    "a constant of negative bytes": (constant(size="-8"), "is no whole number"),
    "a constant of a huge shape": (constant(shape="1000000, 1000000"), "holds a constant"),
    "a constant beyond all numbers": (constant(shape="4294967296, 4294967296, 4"), "holds a constant"),
    "a constant of a negative shape": (constant(shape="-1, -1"), "is no whole number"),
    "a constant of a thousand sides": (constant(shape=", ".join("1" * 1000)), "sets 'shape'"),
    "a constant of texts": (swap('element_type="f32" shape', 'element_type="string" shape'), "damaged"),
    "a constant of no kind": (swap(' element_type="f32" shape', " shape"), "damaged"),
    "a .bin cut in half": (cut_weights(0.5), "behind the end"),
    "a .bin cut at its end": (lambda xml, weights: (xml, weights[:-1]), "behind the end"),
    "an empty .bin": (cut_weights(0), "behind the end"),
    "a circle": (swap(r'<edge from-layer="0"', '<edge from-layer="7"'), "leads from operation 7"),
    "a way from itself": (
        swap(r'<edge from-layer="0" from-port="0" to-layer="\d+"', '<edge from-layer="3" from-port="0" to-layer="3"'),
        "leads from",
    ),
    "a way from nowhere": (swap(r'from-layer="0"', 'from-layer="99999"'), "leads from operation 99,999"),
    "a way to nowhere": (swap(r'to-port="0"', 'to-port="77"'), "to place 77"),
    "a way missing": (swap(r"<edge [^>]*/>", ""), "given nothing"),
    "a way twice": (
        swap(r"</edges>", '<edge from-layer="0" from-port="0" to-layer="3" to-port="0" /></edges>'),
        "leads from",
    ),
    "a way from another result": (swap(r'from-port="2"', 'from-port="9"'), "damaged"),
    "operations in another order": (swap('layer id="1"', 'layer id="2"'), "numbers its operations"),
    "ports in another order": (swap('port id="1"', 'port id="2"'), "numbers what operation"),
    "a number in words": (swap('layer id="1"', 'layer id="one"'), "is no whole number"),
    "an input of another size": (swap('shape="\\?,28,28,3"', 'shape="?,29,29,3"'), "damaged|something else"),
    "an input without end": (swap('shape="\\?,28,28,3"', 'shape="?,2147483647,2147483647,3"'), "damaged|at once"),
    "an input of another kind": (swap('element_type="u8"', 'element_type="f64"'), "damaged|something else"),
    "an output of another name": (
        swap('output_names="probabilities"', 'output_names="password"'),
        "something else|damaged",
    ),
    "numbers for a shape without end": (large_shape, "damaged|at once|cannot be known"),
    "text in the file": (swap("<layers>", "<layers>import os"), "holds text"),
    "deep elements": (swap("</rt_info>", f"<info>{'<a>' * N_DEEP}{'</a>' * N_DEEP}</info></rt_info>"), "16 deep"),
    "an end that does not fit": (swap("</layers>", "</edges>"), "damaged or no OpenVINO file"),
    "something behind the end": (lambda xml, weights: (f"{xml}<net />", weights), "damaged or no OpenVINO file"),
    "no layers": (content(b'<?xml version="1.0"?><net name="x" version="11" />'), "has no layers"),
    "nothing but a seal": (content(b""), "damaged or no OpenVINO file"),
    "a pickle": (content(pickle.dumps(Hostile())), "damaged or no OpenVINO file"),
    "a zip": (content(zipped()), "damaged or no OpenVINO file"),
    "a text": (content(b"import os\n" * 100), "damaged or no OpenVINO file"),
    "zeros": (content(bytes(1000)), "damaged or no OpenVINO file"),
}

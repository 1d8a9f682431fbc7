"""The operations that an export may consist of: those that Regraft writes, and that torch makes of networks.

None of them opens a file, keeps a state, draws numbers, or holds a graph of its own; how much each gives is known
before it runs.
"""

from __future__ import annotations

_ELEMENT_BY_ELEMENT = """
    Abs Add And Cast CastLike Ceil Celu Clip Cos Div Elu Equal Erf Exp Floor Gelu Greater GreaterOrEqual HardSigmoid
    HardSwish Identity LeakyRelu Less LessOrEqual Log Max Mean Min Mish Mod Mul Neg Not Or PRelu Pow Reciprocal Relu
    Round Selu Sigmoid Sign Sin Softplus Softsign Sqrt Sub Sum Tanh Where Xor
"""
_LAYERS = """
    ArgMax ArgMin AveragePool BatchNormalization Conv ConvTranspose Einsum Gemm GlobalAveragePool GlobalMaxPool
    GridSample GroupNormalization InstanceNormalization LRN LayerNormalization LogSoftmax LpNormalization MatMul MaxPool
    ReduceL1 ReduceL2 ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Softmax
"""
_PLACES = """
    Col2Im Concat Constant ConstantOfShape CumSum DepthToSpace Expand Flatten Gather GatherElements GatherND Pad Range
    Reshape Resize ScatterElements ScatterND Shape Size Slice SpaceToDepth Split Squeeze Tile Transpose Trilu Unsqueeze
"""
_WHOLE_NUMBERS = "ConvInteger DequantizeLinear MatMulInteger QLinearConv QLinearMatMul QuantizeLinear"
ONNX_OPERATIONS = frozenset(f"{_ELEMENT_BY_ELEMENT} {_LAYERS} {_PLACES} {_WHOLE_NUMBERS}".split())
_BY_OPSET = {
    "opset1": """
        Abs Acos Add Asin Atan AvgPool Ceiling Clamp Concat Const Convert ConvertLike Convolution
        ConvolutionBackpropData Cos DepthToSpace Divide Elu Equal Erf Exp FakeQuantize Floor FloorMod Greater
        GreaterEqual GroupConvolution GroupConvolutionBackpropData HardSigmoid Less LessEqual Log LogicalAnd
        LogicalNot LogicalOr LogicalXor LRN MatMul Maximum Minimum Multiply Negative NormalizeL2 NotEqual Parameter
        Power PReLU ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReLU Reshape Result Select Selu Sigmoid Sign
        Sin SpaceToDepth Split Sqrt SquaredDifference Squeeze StridedSlice Subtract Tan Tanh Tile Transpose Unsqueeze
        VariadicSplit
    """,
    "opset3": "Broadcast CumSum ScatterElementsUpdate ScatterNDUpdate ScatterUpdate ShapeOf",
    "opset4": "HSwish Interpolate Mish ReduceL1 ReduceL2 Range SoftPlus Swish",
    "opset5": "BatchNormInference HSigmoid LogSoftmax Round",
    "opset6": "GatherElements MVN",
    "opset7": "Einsum Gelu",
    "opset8": "Gather GatherND MaxPool Slice SoftMax Softmax",
    "opset9": "GridSample SoftSign",
    "opset11": "Interpolate",
    "opset12": "GroupNormalization Pad",
    "opset14": "AvgPool MaxPool",
    "opset15": "Col2Im Squeeze",
    "opset16": "AvgPool Identity",
}
OPENVINO_OPERATIONS = frozenset((kind, opset) for opset, kinds in _BY_OPSET.items() for kind in kinds.split())

package opml.cli.drawing;

import java.util.regex.Pattern;

/// What sort of operator a node is, which decides its colour. The first family counts whose words an operator's name
/// has.
enum OperatorFamily {
  FLOW("control flow", "#f4c7ab", "If|Loop|Scan|Sequence.*|.*Sequence|Optional.*"),
  RECURRENT("recurrent", "#e5b8d9", "LSTM|GRU|RNN"),
  NORMALISATION("normalisation", "#fbe3a6", ".*Normali[sz]ation|LRN|.*Normali[sz]er|Dropout"),
  POOLING("pooling", "#b9e2d3", ".*Pool|MaxUnpool|.*RoiAlign|MaxRoiPool"),
  CONVOLUTION("convolution", "#a9c8f0", ".*Conv.*|Col2Im"),
  QUANTISATION("quantisation", "#d8d3c4", ".*[Qq]uantizeLinear|Cast|CastLike|BitCast"),
  PRODUCT("matrix product", "#c3b5ee", ".*MatMul.*|.*Gemm|Einsum|.*Attention.*|Det"),
  ACTIVATION(
      "activation",
      "#c6e7a8",
      ".*Relu|.*Sigmoid|Tanh|.*[Ss]oftmax|Softplus|Softsign|Elu|Selu|Celu|.*Gelu|Mish|.*Swish"
          + "|Hardmax|Shrink|Erf|Clip"),
  REDUCTION("reduction", "#f3b6b6", ".*Reduce.*|Arg.*|TopK|Cum.*|.*Loss|NonMaxSuppression|Unique"),
  MOVEMENT(
      "shapes and places",
      "#dfe3e8",
      "Reshape|Flatten|Transpose|Squeeze|Unsqueeze|.*Concat|Split|Slice|Gather.*|Scatter.*|Pad|Tile"
          + "|Expand|Shape|Size|Identity|Resize|Upsample|.*ToDepth|.*ToSpace|.*Where|NonZero|OneHot"
          + "|Compress|Trilu|ReverseSequence|CenterCropPad|GridSample|AffineGrid|Constant.*|Range"
          + "|EyeLike|TensorScatter"),
  ARITHMETIC("arithmetic", "#f7d7e6", ".*");

  private final String title;
  private final String colour;
  private final Pattern operators;

  OperatorFamily(String title, String colour, String operators) {
    this.title = title;
    this.colour = colour;
    this.operators = Pattern.compile(operators);
  }

  /// {@return the family of an operator}
  static OperatorFamily of(String operator) {
    for (OperatorFamily family : values()) {
      if (family.operators.matcher(operator).matches()) {
        return family;
      }
    }
    return ARITHMETIC;
  }

  /// {@return the name in the legend}
  String title() {
    return title;
  }

  /// {@return the fill as SVG writes it}
  String colour() {
    return colour;
  }
}

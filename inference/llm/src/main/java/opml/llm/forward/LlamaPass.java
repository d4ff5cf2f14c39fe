package opml.llm.forward;

/// LLaMA (Touvron et al., 2023), and what is like it but for sizes: LLaMA 2 and 3, Mistral, TinyLlama, SmolLM; with
/// biases in the products of the attention, Qwen 2.
///
/// With d the width, h heads of queries, g of keys and values, each w wide, and f the width of the feed-forward part,
/// a token's row is
///
/// ```
/// x  (d)    n = norm(x)
///           q (h·w), k, v (g·w) = products of n;  q and k rotated
///           x = x + product of attention(q, k, v) (h·w)
///           n = norm(x)
///           x = x + product of SiLU(gate) · up (f), products of n
/// ```
final class LlamaPass implements ForwardPass {
  @Override
  public void layer(TileNodes t) {
    Activation normed = t.norm(t.hidden(), "attn_norm.weight", 1, "normed");
    Activation queries = t.linear(normed, "attn_q", "queries");
    Activation keys = t.linear(normed, "attn_k", "keys");
    Activation values = t.linear(normed, "attn_v", "values");
    t.keep(t.rotate(keys, t.numbers().kvHeads(), "rotated keys"), values);
    Activation attended = t.attend(t.rotate(queries, t.numbers().heads(), "rotated queries"));
    t.add(t.linear(attended, "attn_output", "projected"));
    feedForward(t);
  }

  static void feedForward(TileNodes t) {
    Activation normed = t.norm(t.hidden(), "ffn_norm.weight", 1, "normed");
    Activation gate = t.linear(normed, "ffn_gate", "gate");
    Activation up = t.linear(normed, "ffn_up", "up");
    t.add(t.linear(t.gate(gate, up), "ffn_down", "projected"));
  }
}

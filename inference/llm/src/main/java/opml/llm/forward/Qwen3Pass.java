package opml.llm.forward;

/// Qwen 3 (Yang et al., 2025): LLaMA, with each head's query and key normalised before they are rotated.
final class Qwen3Pass implements ForwardPass {
  @Override
  public void layer(TileNodes t) {
    int heads = t.numbers().heads();
    int kvHeads = t.numbers().kvHeads();
    Activation normed = t.norm(t.hidden(), "attn_norm.weight", 1, "normed");
    Activation queries = t.linear(normed, "attn_q", "queries");
    Activation keys = t.linear(normed, "attn_k", "keys");
    Activation values = t.linear(normed, "attn_v", "values");
    queries = t.norm(queries, "attn_q_norm.weight", heads, "normed queries");
    keys = t.norm(keys, "attn_k_norm.weight", kvHeads, "normed keys");
    t.keep(t.rotate(keys, kvHeads, "rotated keys"), values);
    Activation attended = t.attend(t.rotate(queries, heads, "rotated queries"));
    t.add(t.linear(attended, "attn_output", "projected"));
    LlamaPass.feedForward(t);
  }
}

package opml.llm.forward;

/// Where a graph has what belongs to a text, and not to a model.
interface TextSlots {
  /// {@return the control slot}
  int control();

  /// {@return the slot of the tokens that tiles are of}
  int tokens();

  /// {@return the slot of a request, which says how tokens are chosen}
  int request();

  /// {@return the slot of the text's tokens, from position 0 on}
  int history();

  /// {@return the slot of the rotations' cosines and sines}
  int angles();

  /// {@return the slot of the rows that go from layer to layer}
  int hidden();

  /// {@return which row of it is that of a token}
  int hiddenAt(int token);

  /// {@return the slot of a layer's keys}
  int keys(int layer);

  /// {@return the slot of a layer's values}
  int values(int layer);

  CacheType cacheType();

  /// {@return how many rows slots have that are only needed on the way}
  int rows();

  /// {@return how many positions there may be}
  int positions();
}

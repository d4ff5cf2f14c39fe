package opml.vm.jit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Words executed one after the other, from a place on. Only the last one may jump.
///
/// @param place of the first word
/// @param end index behind the last word
/// @param taken where the last word jumps to, if that is known and no call too deep
/// @param next where it goes on otherwise; null after a jump that is always taken
record BasicBlock(Place place, int end, @Nullable Place taken, @Nullable Place next) {
  /// {@return the number of instructions}
  int length() {
    return end - place.word();
  }

  List<Place> successors() {
    List<Place> places = new ArrayList<>(2);
    if (taken != null) {
      places.add(taken);
    }
    if (next != null) {
      places.add(next);
    }
    return places;
  }
}

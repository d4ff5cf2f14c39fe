package opml.receipt;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// What an answer, or a response, shows of its choices, which a stream has in parts: their texts, why they end, and
/// calls of tools.
///
/// A client reads one field and ignores others, so an answer must not have its text in several: their sum might be the
/// one that is signed, and the field that is read another text. For the same reason nothing goes on after it has ended,
/// and nothing else is there than what our servers write.
final class ChoiceTexts {
  private final ShownFaults faults = new ShownFaults();
  private final SortedMap<Integer, Choice> choices = new TreeMap<>();
  private final ResponseTexts response = new ResponseTexts(faults);

  /// Fields that had a text or a call.
  private final SequencedSet<String> places = new LinkedHashSet<>();

  private static final class Choice {
    private final StringBuilder text = new StringBuilder();
    private final SortedMap<Integer, Call> calls = new TreeMap<>();
    private String place = "";
    private String reason = "";

    private ShownChoice shown() {
      List<ShownCall> all =
          calls.values().stream()
              .map(call -> new ShownCall(call.name.toString(), call.arguments.toString()))
              .toList();
      return new ShownChoice(place, text.toString(), reason, all);
    }
  }

  private record Call(StringBuilder name, StringBuilder arguments) {
    Call() {
      this(new StringBuilder(), new StringBuilder());
    }
  }

  /// @param answer a whole one, or a chunk or an event of a stream
  void add(JsonNode answer) {
    if (!answer.has("choices")) {
      response.add(answer);
      return;
    }
    faults.known(AnswerLevel.ANSWER, "the answer", answer);
    faults.list("choices", answer.path("choices"));
    Set<Integer> indices = new HashSet<>();
    for (JsonNode choice : answer.path("choices")) {
      int index = index("a choice", choice);
      if (!indices.add(index)) {
        faults.add("choice %d is there twice".formatted(index));
      }
      add("choice " + index, choice, choices.computeIfAbsent(index, _ -> new Choice()));
    }
  }

  private int index(String what, JsonNode numbered) {
    JsonNode number = numbered.path("index");
    if (!number.isInt() && !number.isMissingNode()) {
      faults.add(what + " has an index that is no number of one");
    }
    return number.asInt();
  }

  private void add(String name, JsonNode told, Choice choice) {
    faults.known(AnswerLevel.CHOICE, name, told);
    faults.known(AnswerLevel.CHANCES, name, told.path("logprobs"));
    if (!choice.reason.isEmpty()) {
      faults.add(name + " goes on after its end");
    }
    if (told.has("message") && !choice.place.isEmpty()) {
      faults.add(name + " is told again");
    }
    say("text", told.path("text"), choice);
    addParts("message", name, told.path("message"), choice);
    addParts("delta", name, told.path("delta"), choice);
    if (told.hasNonNull("finish_reason")) {
      choice.reason = AnswerLevel.written(told.path("finish_reason"));
    }
  }

  private void addParts(String place, String name, JsonNode told, Choice choice) {
    faults.known(AnswerLevel.MESSAGE, name, told);
    faults.ofAssistant(name, told);
    say(place, told.path("content"), choice);
    JsonNode calls = told.path("tool_calls");
    faults.list("the calls of " + name, calls);
    for (int i = 0; i < calls.size(); i++) {
      JsonNode part = calls.path(i);
      JsonNode function = part.path("function");
      faults.known(AnswerLevel.TOOL_CALL, name, part);
      faults.known(AnswerLevel.FUNCTION, name, function);
      int number = place.equals("delta") ? index("a call", part) : i;
      Call call = choice.calls.computeIfAbsent(number, _ -> new Call());
      String more = AnswerLevel.written(function.path("name"));
      if (!more.isEmpty() && !call.name.isEmpty()) {
        // Some clients take the last one, others all of them together.
        faults.add("%s calls by a name in parts".formatted(name));
      }
      call.name.append(more);
      call.arguments.append(AnswerLevel.written(function.path("arguments")));
      stands(place, choice);
    }
  }

  private void say(String place, JsonNode text, Choice choice) {
    if (!text.isMissingNode() && !text.isNull()) {
      choice.text.append(AnswerLevel.written(text));
      stands(place, choice);
    }
  }

  private void stands(String place, Choice choice) {
    choice.place = place;
    places.add(place);
  }

  /// {@return the choices in the order of their numbers}
  List<ShownChoice> choices() {
    List<ShownChoice> all = new ArrayList<>();
    choices.values().forEach(choice -> all.add(choice.shown()));
    response.choice().ifPresent(all::add);
    return all;
  }

  /// {@return why clients may show something else than these}
  List<String> faults() {
    List<String> all = new ArrayList<>(faults.all());
    if (places.size() > 1) {
      all.add("it shows something as each of %s, and clients read one".formatted(places));
    }
    if (!choices.isEmpty() && response.choice().isPresent()) {
      all.add("it is an answer and a response, and clients read one");
    }
    boolean isCounted =
        choices.isEmpty() || choices.firstKey() == 0 && choices.lastKey() == choices.size() - 1;
    if (!isCounted) {
      all.add("its choices are not numbered from 0 on");
    }
    return all;
  }
}

package opml.llm.template;

import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.util.Locale;

/// Moments as C's `strftime` writes them where no other language was chosen.
final class TimeText {
  private TimeText() {}

  static String of(ZonedDateTime moment, String format, Spending spending) {
    StringBuilder text = new StringBuilder();
    int at = 0;
    while (at < format.length()) {
      char c = format.charAt(at);
      at++;
      if (c != '%' || at == format.length()) {
        spending.making(1);
        text.append(c);
        continue;
      }
      boolean isShort = format.charAt(at) == '-' && at + 1 < format.length();
      at += isShort ? 1 : 0;
      String part = part(moment, format.charAt(at));
      at++;
      spending.making(part.length());
      text.append(isShort && part.length() > 1 && part.startsWith("0") ? part.substring(1) : part);
    }
    return text.toString();
  }

  private static String part(ZonedDateTime moment, char directive) {
    int hourOfHalf = moment.getHour() % 12 == 0 ? 12 : moment.getHour() % 12;
    return switch (directive) {
      case 'Y' -> String.valueOf(moment.getYear());
      case 'y' -> two(moment.getYear() % 100);
      case 'm' -> two(moment.getMonthValue());
      case 'd' -> two(moment.getDayOfMonth());
      case 'e' -> "%2d".formatted(moment.getDayOfMonth());
      case 'j' -> "%03d".formatted(moment.getDayOfYear());
      case 'H' -> two(moment.getHour());
      case 'I' -> two(hourOfHalf);
      case 'M' -> two(moment.getMinute());
      case 'S' -> two(moment.getSecond());
      case 'f' -> "%06d".formatted(moment.getNano() / 1_000);
      case 'p' -> moment.getHour() < 12 ? "AM" : "PM";
      case 'b', 'h' -> moment.getMonth().getDisplayName(TextStyle.SHORT, Locale.US);
      case 'B' -> moment.getMonth().getDisplayName(TextStyle.FULL, Locale.US);
      case 'a' -> moment.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.US);
      case 'A' -> moment.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.US);
      case 'F' -> part(moment, 'Y') + "-" + part(moment, 'm') + "-" + part(moment, 'd');
      case 'T' -> part(moment, 'H') + ":" + part(moment, 'M') + ":" + part(moment, 'S');
      case '%' -> "%";
      default -> throw new TemplateException("a time has no part %%%c here".formatted(directive));
    };
  }

  private static String two(int number) {
    return "%02d".formatted(number);
  }
}

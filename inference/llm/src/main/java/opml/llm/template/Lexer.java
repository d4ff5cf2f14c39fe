package opml.llm.template;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Cuts a template's source into lexemes, and takes away the white space that Jinja takes away: the line end behind a
/// block or a comment, the blanks before one that begins its line, all of it beside a minus; and the last line end.
final class Lexer {
  private static final int MOST_CHARACTERS = 1 << 20;

  private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{Nd}_]*+");
  private static final Pattern NUMBER =
      Pattern.compile("[0-9][0-9_]*+(?:\\.[0-9][0-9_]*+)?+(?:[eE][+-]?[0-9]++)?+");
  private static final Pattern OPERATOR =
      Pattern.compile("\\*\\*|//|==|!=|>=|<=|[-+*/%~\\[\\](){}<>=.:|,;]");
  private static final Pattern RAW_BEGIN = Pattern.compile("\\{%[-+]?\\s*+raw\\s*+(-?)%\\}");
  private static final Pattern RAW_END = Pattern.compile("\\{%([-+]?)\\s*+endraw\\s*+([-+]?)%\\}");

  private final String source;
  private final List<Lexeme> lexemes = new ArrayList<>();
  private int at;
  private int line = 1;

  private Lexer(String source) {
    this.source = source;
  }

  static List<Lexeme> lexemes(String template) {
    if (template.length() > MOST_CHARACTERS) {
      throw new TemplateException(
          "a template of %,d characters; expected are at most %,d"
              .formatted(template.length(), MOST_CHARACTERS));
    }
    String lines = template.replace("\r\n", "\n").replace('\r', '\n');
    Lexer lexer = new Lexer(lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines);
    lexer.template();
    return lexer.lexemes;
  }

  private void template() {
    while (at < source.length()) {
      int begin = nextBegin();
      char kind = begin < source.length() ? source.charAt(begin + 1) : ' ';
      char sign = begin + 2 < source.length() ? source.charAt(begin + 2) : ' ';
      add(Lexeme.Kind.DATA, data(begin, kind, sign));
      count(begin);
      if (begin == source.length()) {
        break;
      }
      Matcher raw = RAW_BEGIN.matcher(source).region(begin, source.length());
      if (kind == '%' && raw.lookingAt()) {
        raw(raw);
      } else if (kind == '#') {
        comment();
      } else {
        count(begin + (sign == '-' || sign == '+' ? 3 : 2));
        add(kind == '%' ? Lexeme.Kind.BLOCK_BEGIN : Lexeme.Kind.PRINT_BEGIN, "");
        inside(kind == '%');
      }
    }
    lexemes.add(new Lexeme(Lexeme.Kind.END, "", line));
  }

  private int nextBegin() {
    for (int i = source.indexOf('{', at); i >= 0; i = source.indexOf('{', i + 1)) {
      if (i + 1 < source.length() && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return source.length();
  }

  /// {@return the text up to what begins there, without what that takes away}
  private String data(int begin, char kind, char sign) {
    String text = source.substring(at, begin);
    if (begin == source.length() || kind == ' ') {
      return text;
    }
    if (sign == '-') {
      return Pythonic.stripEnd(text);
    }
    if (sign == '+' || kind == '{') {
      return text;
    }
    int start = text.lastIndexOf('\n') + 1;
    boolean beginsLine = start > 0 || at == 0 || source.charAt(at - 1) == '\n';
    return beginsLine && Pythonic.stripEnd(text.substring(start)).isEmpty()
        ? text.substring(0, start)
        : text;
  }

  private void add(Lexeme.Kind kind, String text) {
    if (kind != Lexeme.Kind.DATA || !text.isEmpty()) {
      lexemes.add(new Lexeme(kind, text, line));
    }
  }

  /// Goes to a place, and counts lines.
  private void count(int to) {
    for (; at < to; at++) {
      if (source.charAt(at) == '\n') {
        line++;
      }
    }
  }

  private void raw(Matcher begin) {
    count(begin.end());
    if (!begin.group(1).isEmpty()) {
      skipSpace();
    }
    Matcher end = RAW_END.matcher(source);
    if (!end.find(at)) {
      throw TemplateException.at(line, "raw without endraw");
    }
    char sign = end.group(1).isEmpty() ? ' ' : end.group(1).charAt(0);
    add(Lexeme.Kind.DATA, data(end.start(), '%', sign));
    count(end.end());
    behind(end.group(2));
  }

  private void comment() {
    int end = source.indexOf("#}", at + 2);
    if (end < 0) {
      throw TemplateException.at(line, "a comment without an end");
    }
    String sign = source.substring(end - 1, end);
    count(end + 2);
    behind(sign);
  }

  /// Takes away what a block or a comment takes away behind itself.
  private void behind(String sign) {
    if (sign.equals("-")) {
      skipSpace();
    } else if (!sign.equals("+") && at < source.length() && source.charAt(at) == '\n') {
      count(at + 1);
    }
  }

  private void skipSpace() {
    while (at < source.length() && Pythonic.isSpace(source.charAt(at))) {
      count(at + 1);
    }
  }

  /// Reads what stands between `{%` and `%}`, or `{{` and `}}`.
  private void inside(boolean isBlock) {
    int open = 0;
    String end = isBlock ? "%}" : "}}";
    while (true) {
      skipSpace();
      if (at == source.length()) {
        throw TemplateException.at(line, "no " + end);
      }
      // Braces that are open in an expression close before the expression does.
      if (open == 0) {
        char sign = source.charAt(at);
        boolean isSigned = sign == '-' || (sign == '+' && isBlock);
        if (source.startsWith(end, isSigned ? at + 1 : at)) {
          add(isBlock ? Lexeme.Kind.BLOCK_END : Lexeme.Kind.PRINT_END, "");
          count(at + (isSigned ? 3 : 2));
          if (isBlock || isSigned) {
            behind(isSigned ? String.valueOf(sign) : "");
          }
          return;
        }
      }
      open += lexeme();
    }
  }

  /// {@return how many more brackets are open behind it}
  private int lexeme() {
    char first = source.charAt(at);
    if (first == '\'' || first == '"') {
      string(first);
      return 0;
    }
    Matcher name = NAME.matcher(source).region(at, source.length());
    if (name.lookingAt()) {
      take(Lexeme.Kind.NAME, name);
      return 0;
    }
    Matcher number = NUMBER.matcher(source).region(at, source.length());
    if (number.lookingAt()) {
      boolean isWhole = number.group().chars().allMatch(c -> c == '_' || c >= '0' && c <= '9');
      take(isWhole ? Lexeme.Kind.WHOLE : Lexeme.Kind.REAL, number);
      return 0;
    }
    Matcher operator = OPERATOR.matcher(source).region(at, source.length());
    if (!operator.lookingAt()) {
      throw TemplateException.at(line, "unexpected character '%c'".formatted(first));
    }
    take(Lexeme.Kind.OPERATOR, operator);
    return switch (first) {
      case '(', '[', '{' -> 1;
      case ')', ']', '}' -> -1;
      default -> 0;
    };
  }

  private void take(Lexeme.Kind kind, Matcher found) {
    add(kind, found.group());
    count(found.end());
  }

  private void string(char quote) {
    int end = at + 1;
    while (end < source.length() && source.charAt(end) != quote) {
      end += source.charAt(end) == '\\' ? 2 : 1;
    }
    if (end >= source.length()) {
      throw TemplateException.at(line, "a string without an end");
    }
    add(Lexeme.Kind.STRING, unescaped(source.substring(at + 1, end)));
    count(end + 1);
  }

  /// {@return what a string in the source stands for, by Python's rules}
  private String unescaped(String written) {
    if (written.indexOf('\\') < 0) {
      return written;
    }
    StringBuilder text = new StringBuilder(written.length());
    int i = 0;
    while (i < written.length()) {
      char c = written.charAt(i);
      if (c != '\\') {
        text.append(c);
        i++;
        continue;
      }
      char escape = written.charAt(i + 1);
      i += 2;
      switch (escape) {
        case '\n' -> {}
        case '\\', '\'', '"' -> text.append(escape);
        case 'a' -> text.append('\u0007');
        case 'b' -> text.append('\b');
        case 'f' -> text.append('\f');
        case 'n' -> text.append('\n');
        case 'r' -> text.append('\r');
        case 't' -> text.append('\t');
        case 'v' -> text.append('\u000b');
        case 'x' -> i = code(text, written, i, 2);
        case 'u' -> i = code(text, written, i, 4);
        case 'U' -> i = code(text, written, i, 8);
        default -> {
          if (escape >= '0' && escape <= '7') {
            i = octal(text, written, i - 1);
          } else {
            text.append('\\').append(escape);
          }
        }
      }
    }
    return text.toString();
  }

  private int code(StringBuilder text, String written, int from, int digits) {
    try {
      text.appendCodePoint(HexFormat.fromHexDigits(written, from, from + digits));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw TemplateException.at(line, "an escape that is no character");
    }
    return from + digits;
  }

  private static int octal(StringBuilder text, String written, int from) {
    int end = from;
    int value = 0;
    while (end < written.length()
        && end < from + 3
        && written.charAt(end) >= '0'
        && written.charAt(end) <= '7') {
      value = value * 8 + written.charAt(end) - '0';
      end++;
    }
    text.append((char) value);
    return end;
  }
}

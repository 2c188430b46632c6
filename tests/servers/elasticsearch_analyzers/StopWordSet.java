package kring.analyzers;

import java.util.List;
import org.apache.lucene.analysis.CharArraySet;

/** From the setting to Lucene's set of words. */
final class StopWordSet {
  private StopWordSet() {}

  static CharArraySet of(StopWords given, CharArraySet usual) {
    List<String> words = given.stopWords();
    if (words == null || words.isEmpty()) {
      return usual;
    }
    return words.equals(List.of("_none_"))
        ? CharArraySet.EMPTY_SET
        : new CharArraySet(words, true);
  }
}

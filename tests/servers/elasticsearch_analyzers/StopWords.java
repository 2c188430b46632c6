package kring.analyzers;

import java.util.List;
import org.elasticsearch.plugin.settings.AnalysisSettings;
import org.elasticsearch.plugin.settings.ListSetting;

/** The setting "stopwords" of an analyzer: words, or "_none_"; left out means the usual ones. */
@AnalysisSettings
public interface StopWords {
  @ListSetting(path = "stopwords")
  List<String> stopWords();
}

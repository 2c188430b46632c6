package kring.analyzers;

import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.elasticsearch.plugin.Inject;
import org.elasticsearch.plugin.NamedComponent;
import org.elasticsearch.plugin.analysis.AnalyzerFactory;

/** Lucene's English analyzer, under the name and with the setting of the full distribution. */
@NamedComponent("english")
public class EnglishAnalyzerFactory implements AnalyzerFactory {
  private final StopWords given;

  @Inject
  public EnglishAnalyzerFactory(StopWords given) {
    this.given = given;
  }

  @Override
  public Analyzer create() {
    return new EnglishAnalyzer(StopWordSet.of(given, EnglishAnalyzer.getDefaultStopSet()));
  }
}

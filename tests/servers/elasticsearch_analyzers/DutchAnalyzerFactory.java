package kring.analyzers;

import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.nl.DutchAnalyzer;
import org.elasticsearch.plugin.Inject;
import org.elasticsearch.plugin.NamedComponent;
import org.elasticsearch.plugin.analysis.AnalyzerFactory;

/** Lucene's Dutch analyzer, under the name and with the setting of the full distribution. */
@NamedComponent("dutch")
public class DutchAnalyzerFactory implements AnalyzerFactory {
  private final StopWords given;

  @Inject
  public DutchAnalyzerFactory(StopWords given) {
    this.given = given;
  }

  @Override
  public Analyzer create() {
    return new DutchAnalyzer(StopWordSet.of(given, DutchAnalyzer.getDefaultStopSet()));
  }
}

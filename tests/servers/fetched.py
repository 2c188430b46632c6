"""What the servers are made of, fetched before they start: `python -m servers.fetched`.

For tests that run where no registry is reached, such as inside a cluster's own network.
"""

from servers import elasticsearch, kafka

if __name__ == "__main__":
    kafka.jars()
    elasticsearch.distribution()

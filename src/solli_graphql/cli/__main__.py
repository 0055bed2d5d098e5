"""python -m solli_graphql.cli."""

from solli_graphql.cli import main

main()

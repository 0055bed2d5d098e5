"""What the GraphQL door does with what is made to cost much."""

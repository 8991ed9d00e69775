"""What runs in processes of its own, where the packages of the app are on the path.

Nothing else of ``latent_explorer`` imports the app, and nothing else of it imports from here.
"""

-- What PostGraphile is given besides the tables: the function of its mutation.
DROP SCHEMA IF EXISTS peers CASCADE;
CREATE SCHEMA peers;

CREATE FUNCTION peers.traiter(
  id bigint, version integer, statut text, texte text, agent bigint
) RETURNS public.sollicitation
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_variable
DECLARE ligne public.sollicitation;
BEGIN
  UPDATE public.sollicitation s SET statut = statut, version = s.version + 1,
    date_mise_a_jour = now(), brouillon = texte, prise_en_charge_par_id = agent
  WHERE s.id = id AND s.version = version AND s.statut IN ('A_TRAITER', 'EN_COURS')
  RETURNING * INTO ligne;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'CONFLIT_DE_VERSION';
  END IF;
  INSERT INTO public.historique (sollicitation_id, seq, date, action, ancien_statut,
    ancien_destinataire, nouveau_statut, destinataire, engagement, tete)
  VALUES (ligne.id, ligne.version, now(), 'TRAITER', statut, ligne.destinataire_actuel,
    ligne.statut, ligne.destinataire_actuel, '\x00', '\x00');
  RETURN ligne;
END
$$;
